class AddTimestamps < ActiveRecord::Migration[7.0]
  def change
    add_column :orders, :a, :string
    say "no end
  end
end
