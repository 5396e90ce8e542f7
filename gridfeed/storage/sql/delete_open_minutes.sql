-- Removes a limited number of rows, oldest first.
DELETE FROM open_minute
WHERE ctid = ANY (ARRAY(
  SELECT v.ctid FROM open_minute v WHERE v.replaced_at < :before
    ORDER BY v.replaced_at LIMIT :limit))
