class AllowNoNote < ActiveRecord::Migration[7.0]
  def change
    change_column_null(:orders, :note, true)
  end
end
