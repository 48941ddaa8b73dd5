CREATE TABLE a (id int);
COMMENT ON TABLE a IS 'no end; DROP TABLE orders;
