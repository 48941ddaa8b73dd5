class RemoveTotalFromOrders < ActiveRecord::Migration[7.0]
  def change
    safety_assured { remove_column :orders, :total, :decimal }
  end
end
