class CreatePackages < ActiveRecord::Migration[7.1]
  def change
    create_table(:packages) { |t| t.string :code }
    create_table :stops do |t|
      t.references :package, foreign_key: true, null: false
    end
    create_join_table :packages, :carriers do |t|
      t.index :package_id
    end
  end
end
