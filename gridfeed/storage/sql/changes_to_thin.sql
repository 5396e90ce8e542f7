-- Where thinning the feed continues, and how many changes were recorded in the whole :slice from
-- there on, if it ends before :before. No row: nothing is left to do.
SELECT s.since, s.since + :slice::interval AS until,
  (SELECT count(*) FROM change c
    WHERE c.recorded_at >= s.since AND c.recorded_at < s.since + :slice::interval) AS rows
FROM thinned t
CROSS JOIN LATERAL (
  SELECT min(c.recorded_at) AS since FROM change c WHERE c.recorded_at >= t.changes_until
) AS s
WHERE s.since + :slice::interval <= :before
