-- Removes whole days at once without touching a row.
SELECT drop_chunks('open_version', older_than => :before::timestamptz) AS chunk
