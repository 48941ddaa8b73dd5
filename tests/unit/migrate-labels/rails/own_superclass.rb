class AddChannel < Shop::Database::Migration[2.1]
  def change
    add_column :orders, :channel, :string
  end
end
