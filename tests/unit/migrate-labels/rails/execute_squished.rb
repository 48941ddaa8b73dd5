class AddWeight < ActiveRecord::Migration[7.0]
  def change
    execute <<~SQL.squish
      ALTER TABLE parcels ADD COLUMN weight integer NOT NULL -- by old code, too
        DEFAULT 0
    SQL
  end
end
