class CommentOnOrders < ActiveRecord::Migration[7.0]
  def change
    reversible do |dir|
      dir.up { execute "COMMENT ON TABLE orders IS 'the \"orders\"'; CREATE INDEX a ON orders (note)" }
      dir.down do
        execute "DROP INDEX a"
      end
    end
  end
end
