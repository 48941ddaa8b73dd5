class OldStyle < ActiveRecord::Migration
  def self.up
    create_table :notes do |t|
      t.column :text, :string
    end
    add_index :notes, :text
  end

  def self.down
    drop_table :notes
  end
end
