class CreateParcels < ActiveRecord::Migration[7.1]
  def change
    create_table(:parcels) { |t| t.string :code }
    create_table :stops do |t|
      t.references :parcel, foreign_key: true, null: false
    end
    create_join_table :parcels, :carriers do |t|
      t.index :parcel_id
    end
  end
end
