class AddChannelToOrders < ActiveRecord::Migration[7.0]
  def change
    add_column :orders, :channel, :string
    add_column :orders, :priority, :integer, null: false, default: 0
    add_column(:orders, :flagged, :boolean, default: false, null: false)
    add_column :orders, :tags, :string, :array => true, :null => false, :default => []
    add_column :orders, :at, :datetime, default: -> { "CURRENT_TIMESTAMP" },
                                        null: false
  end
end
