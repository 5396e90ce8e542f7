-- A hypertable's rows are in child tables; without child tables there is nothing to drop.
SELECT EXISTS (SELECT FROM pg_inherits WHERE inhparent = :open_table::text::regclass)
