class NoDefaultNote < ActiveRecord::Migration[7.0]
  def change
    change_column_default :orders, :total, from: 0, to: nil
  end
end
