INSERT INTO customers (email, name) VALUES ('c@shop.test', 'c')
INSERT INTO customers (email, name) VALUES ('a@shop.test', 'd') ON CONFLICT (email) DO UPDATE SET name = excluded.name
INSERT INTO customers (email, name) VALUES ('e@shop.test', 'a') ON CONFLICT (name) DO NOTHING
INSERT INTO orders (customer_id, total, status, note) VALUES (1, 5.5, 'paid', 'gift'), (1, 0, 'new', 'a word')
INSERT INTO orders (customer_id) VALUES (1), (1)
INSERT INTO orders (customer_id, note) VALUES (2, NULL)
INSERT INTO returns (order_id, why) VALUES (1, 'broken'), (2, 'broken')
UPDATE orders SET note = 'another word', total = total + 1 WHERE customer_id = 1
SELECT id, customer_id, total, status, note, created_at FROM orders WHERE total > 1 AND customer_id = 1 AND note = '7'
SELECT orders.id FROM orders JOIN customers ON customers.id = orders.customer_id WHERE orders.status = 'paid' AND customers.country = 'DE'
SELECT id, order_id, why FROM returns
SELECT customer_id, total FROM order_totals
SELECT tax(3)
SELECT nextval('invoice_no')
SELECT sum(total) FROM orders
DELETE FROM orders WHERE customer_id = 2
DELETE FROM orders; DELETE FROM customers
DELETE FROM returns
SELECT id, pieces FROM orders WHERE pieces = 5
