-- Deploy shop:bad to pg

SELECT nosuch;
