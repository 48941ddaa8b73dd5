DROP TABLE IF EXISTS returns, public.nowhere CASCADE;
