class AddForeignKeys < ActiveRecord::Migration[7.0]
  def change
    add_foreign_key :orders, :users, column: :number, validate: false
    add_check_constraint :orders, "total >= 0", name: "positive"
  end
end
