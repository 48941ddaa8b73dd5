class RequireNote < ActiveRecord::Migration[7.0]
  def change
    change_column_null :orders, :note, false
  end
end
