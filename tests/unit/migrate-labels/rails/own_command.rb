class AddChannel < ActiveRecord::Migration[7.0]
  include Shop::MigrationHelpers

  def change
    add_column_with_trigger :orders, :channel
  end
end
