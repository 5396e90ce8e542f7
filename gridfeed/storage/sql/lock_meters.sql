-- Writers of one meter take turns until they commit. Meters share 64 locks, so that a batch of any
-- size stays far below max_locks_per_transaction. Locks are taken in order, so that no two writers
-- wait for each other.
SELECT pg_advisory_xact_lock(1735551332, bucket)
FROM (SELECT DISTINCT meter_id % 64 AS bucket FROM unnest(:meter_ids::integer[]) AS meter_id
  ORDER BY 1) AS b
