class DropLegacy < ActiveRecord::Migration[7.0]
  def up
    execute <<~SQL.squish
      CREATE INDEX legacy ON orders (note);
      /* it's old */
      ALTER TABLE orders
        DROP COLUMN legacy;
    SQL
  end

  def down
    execute 'ALTER TABLE orders ADD COLUMN legacy text'
  end
end
