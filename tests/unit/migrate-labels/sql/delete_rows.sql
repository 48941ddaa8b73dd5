DELETE FROM orders WHERE created_at < now() - interval '10 years';
