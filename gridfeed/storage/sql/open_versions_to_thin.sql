-- Where thinning the values of open intervals continues, and how many of them were replaced in the
-- :slice from there on, before :before. No row: nothing is left to do.
SELECT s.since, least(s.since + :slice::interval, :before) AS until,
  (SELECT count(*) FROM open_version v
    WHERE v.replaced_at >= s.since AND v.replaced_at < least(s.since + :slice::interval, :before))
    AS rows
FROM thinned t
CROSS JOIN LATERAL (
  SELECT min(v.replaced_at) AS since FROM open_version v
  WHERE v.replaced_at >= t.open_versions_until
) AS s
WHERE s.since < :before
