class AddIndexes < ActiveRecord::Migration[7.0]
  disable_ddl_transaction!

  def change
    add_index :orders, %i[customer_id created_at], algorithm: :concurrently, where: "deleted_at IS NULL"
    remove_index :orders, name: :index_orders_on_code, algorithm: :concurrently, column: :code
  end
end
