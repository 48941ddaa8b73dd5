# What Rails itself does with the labelled migrations, for tests/unit/migrate_oracle.c: ruby rails-oracle.rb PORT PASSWORD DIRECTORY
# One line a migration: its path, "ran" or "-", numbers of old statements that fail then. Made with Debian 12's Active Record 6.1.7: versions it does not know become 6.1.
require "active_record"

PORT, PASSWORD, TOP = ARGV
ActiveRecord::Migration.verbose = false
ActiveRecord::Migration.class_eval { def safety_assured = yield } # strong_migrations'

def on(database)
  ActiveRecord::Base.establish_connection(adapter: "postgresql", host: "127.0.0.1", port: PORT, username: "admin", password: PASSWORD, database: database)
  yield ActiveRecord::Base.connection
ensure
  ActiveRecord::Base.remove_connection
end

OLD = [
  "INSERT INTO customers (email) VALUES ('c@shop.test')",
  "INSERT INTO users (name) VALUES ('u')",
  "INSERT INTO orders (customer_id, total, note, code) VALUES (1, 0, 'a word', 'x'), (1, 5, 'gift', 'x')",
  "INSERT INTO orders (customer_id, note, number) VALUES (1, '7', 5), (1, NULL, 5)",
  "INSERT INTO parcels (code) VALUES ('p')",
  "INSERT INTO orders (number) VALUES (1) ON CONFLICT (key) DO NOTHING",
  "UPDATE orders SET note = 'another', total = -1, legacy = 'l'",
  "SELECT id, customer_id, total, note, code, number, legacy, deleted_at, created_at FROM orders WHERE total > 1 AND note = 'x'",
  "SELECT id, code FROM parcels",
  "DELETE FROM orders",
  "DELETE FROM orders; DELETE FROM customers; DELETE FROM users",
  "DELETE FROM users",
  "DELETE FROM parcels"
].freeze

on("postgres") { |c| c.execute("CREATE DATABASE rails_before") }
on("rails_before") do |c|
  c.create_table(:customers) { |t| t.string :email }
  c.create_table(:users) { |t| t.string :name }
  c.create_table(:parcels) { |t| t.string :code }
  c.create_table(:orders) do |t|
    t.references :customer, foreign_key: true
    t.decimal :total, null: false, default: 0
    t.string :note, :code, :legacy, :a, :b
    t.integer :number
    t.string :key, index: { unique: true }
    t.datetime :deleted_at
    t.datetime :created_at, null: false, default: -> { "now()" }
    t.index :code
  end
  c.execute("INSERT INTO customers (email) VALUES ('a'); INSERT INTO users (name) VALUES ('a')")
  c.execute("INSERT INTO orders (customer_id, note) VALUES (1, '1')")
end

# A row in each table that is new, as new code would write it: what refers to the old ones holds them.
def fill(c, tables)
  (c.tables - tables).each do |t|
    refs = c.columns(t).select { |k| k.name =~ /_id\z/ && !k.null }
    next if refs.empty?

    c.execute("INSERT INTO #{t} (#{refs.map(&:name).join(', ')}) SELECT #{refs.map { 'min(id)' }.join(', ')} FROM orders") rescue nil
  end
  refs = c.columns("orders").map(&:name) & %w[approver_id]
  c.execute("UPDATE orders SET approver_id = (SELECT min(id) FROM users)") unless refs.empty?
end

def failures(c)
  OLD.each_index.select do |i|
    c.transaction do
      c.execute(OLD[i])
      raise ActiveRecord::Rollback
    end
    false
  rescue StandardError
    true
  end
end

def run(path, c)
  source = File.read(File.join(TOP, path)).gsub(/Migration\[7\.\d\]/, "Migration[6.1]").gsub(/Migration$/, "Migration[4.2]")
  before = c.tables
  scope = Module.new
  scope.module_eval(source)
  migration = scope.constants.map { |n| scope.const_get(n) }.find { |k| k.is_a?(Class) && k < ActiveRecord::Migration }
  migration.disable_ddl_transaction ? migration.new.migrate(:up) : c.transaction { migration.new.migrate(:up) }
  fill(c, before)
  "ran"
rescue StandardError, SyntaxError, NotImplementedError
  "-"
end

File.readlines(File.join(TOP, "rails.tsv")).each do |line|
  path = line.split("\t").first
  on("postgres") { |c| c.execute("DROP DATABASE IF EXISTS rails_now") && c.execute("CREATE DATABASE rails_now TEMPLATE rails_before") }
  on("rails_now") { |c| puts "#{path} #{run(path, c)} #{failures(c).map(&:succ).join(',')}" }
end
