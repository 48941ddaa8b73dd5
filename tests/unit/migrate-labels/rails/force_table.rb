class CreateOrders < ActiveRecord::Migration[7.0]
  def change
    create_table "orders", force: :cascade do |t|
      t.string "note"
    end
  end
end
