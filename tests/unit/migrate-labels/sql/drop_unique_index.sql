DROP INDEX customers_name_uniq;
