-- Removes whole days at once, and touches no row.
SELECT drop_chunks('open_version', older_than => :before::timestamptz) AS chunk
