class AddWeight < ActiveRecord::Migration[5.2]
  def change
    add_column :parcels, :weight, :integer, **OPTIONS
  end
end
