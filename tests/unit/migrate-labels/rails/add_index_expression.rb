class AddIndex < ActiveRecord::Migration[7.0]
  def change
    add_index :orders, "(note::integer)", name: "index_orders_on_note_number"
  end
end
