-- Removes whole days at once without touching a row.
SELECT drop_chunks('change', older_than => :before::timestamptz) AS chunk
