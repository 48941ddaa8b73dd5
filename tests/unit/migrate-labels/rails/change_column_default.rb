class DefaultNote < ActiveRecord::Migration[7.0]
  def change
    change_column_default :orders, :note, from: nil, to: "none"
    remove_foreign_key :orders, :customers
  end
end
