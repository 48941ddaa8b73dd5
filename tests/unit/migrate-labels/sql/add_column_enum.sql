CREATE TYPE mood AS ENUM ('good', 'bad');
ALTER TABLE customers ADD COLUMN mood mood;
