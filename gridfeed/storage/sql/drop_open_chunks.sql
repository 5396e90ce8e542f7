-- Removes whole days of a table at once without touching a row.
SELECT drop_chunks(:open_table::text::regclass, older_than => :before::timestamptz) AS chunk
