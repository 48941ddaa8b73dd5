class ChangeOrders < ActiveRecord::Migration[7.0]
  def up
    change_table :orders do |t|
      t.string :channel
      t.rename :total, :amount
    end
  end

  def down
    raise ActiveRecord::IrreversibleMigration
  end
end
