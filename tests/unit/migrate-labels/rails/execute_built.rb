class Drop < ActiveRecord::Migration[7.0]
  def up
    execute "ALTER TABLE #{table} ADD COLUMN a int"
    execute(sql)
  end
end
