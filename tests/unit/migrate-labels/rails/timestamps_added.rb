class AddTimestamps < ActiveRecord::Migration[7.0]
  def change
    add_timestamps :parcels
  end
end
