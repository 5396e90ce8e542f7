-- Removes whole days at once, and touches no row.
SELECT drop_chunks('change', older_than => $1::timestamptz) AS chunk
