-- A hypertable's rows lie in child tables; without any there is nothing to drop.
SELECT EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'change'::regclass)
