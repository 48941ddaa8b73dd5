ALTER TYPE order_status ADD VALUE IF NOT EXISTS 'lost' AFTER 'paid';
