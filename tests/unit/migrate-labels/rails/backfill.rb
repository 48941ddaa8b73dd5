class BackfillNotes < ActiveRecord::Migration[6.0]
  class Order < ApplicationRecord
    self.table_name = "orders"
  end

  def up
    Order.unscoped.in_batches do |orders|
      orders.update_all(note: "none") unless Rails.env.test?
    end
  end

  def down; end
end
