class AddWeight < ActiveRecord::Migration[5.2]
  def change
    change_table :parcels, bulk: true do |t|
      t.string :label
      t.integer :weight, default: nil, null: false
    end
  end
end
