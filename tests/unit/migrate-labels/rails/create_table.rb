# frozen_string_literal: true

class CreateRefunds < ActiveRecord::Migration[7.0]
  def change
    create_table :refunds, id: :uuid do |t|
      t.string :code, null: false, index: { unique: true }
      t.decimal :amount, precision: 10, scale: 2, null: false
      t.references :parent, type: :uuid, null: true, foreign_key: { to_table: :refunds }
      t.jsonb :data, default: {}, null: false

      t.timestamps
    end
    add_index :refunds, [:code, :amount], unique: true, name: "index_refunds_both"
  end
end
