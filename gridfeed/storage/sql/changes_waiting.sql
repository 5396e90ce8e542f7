-- The number of changes that are not in the topic yet, counted up to :most, and since when the
-- oldest of them waits.
SELECT count(w.recorded_at)::integer AS changes, min(w.recorded_at) AS since,
  clock_timestamp() AS now
FROM (
  SELECT c.recorded_at
  FROM change c
  WHERE (c.xid, c.seq) > (
      coalesce((SELECT o.xid FROM changes_out o WHERE o.topic = :topic), '0'),
      coalesce((SELECT o.seq FROM changes_out o WHERE o.topic = :topic), 0))
    AND c.xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY c.xid, c.seq
  LIMIT :most
) AS w
