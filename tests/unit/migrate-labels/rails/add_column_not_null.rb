class AddWeightToParcels < ActiveRecord::Migration[7.0]
  def change
    add_column :parcels, :weight, :integer, null: false
  end
end
