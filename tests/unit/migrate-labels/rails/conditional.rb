class AddMaybe < ActiveRecord::Migration[6.0]
  def change
    add_column :orders, :channel, :string unless column_exists?(:orders, :channel)
  end
end
