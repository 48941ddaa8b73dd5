class AddApproverToOrders < ActiveRecord::Migration[7.0]
  def change
    add_reference :parcels, :approver, null: false, foreign_key: { to_table: :users }
  end
end
