-- Removes whole days at once, and touches no row.
SELECT drop_chunks('change', older_than => :before::timestamptz) AS chunk
