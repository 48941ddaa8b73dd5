class DropMany < ActiveRecord::Migration[6.0]
  def change
    %i[a b].each do |column|
      if column_exists?(:orders, column)
        remove_column :orders, column, :string
      end
    end
  end
end
