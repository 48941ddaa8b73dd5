class AddUniqueIndex < ActiveRecord::Migration[7.0]
  disable_ddl_transaction!

  def change
    add_index :orders, :number, algorithm: :concurrently,
              unique: true
  end
end
