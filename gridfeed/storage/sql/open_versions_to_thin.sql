-- Where thinning the values of open intervals continues, and where the :slice from there on ends, at
-- most at :before. No row: nothing is left to do.
SELECT s.since, least(s.since + :slice::interval, :before) AS until
FROM thinned t
CROSS JOIN LATERAL (
  SELECT min(v.replaced_at) AS since FROM open_version v
  WHERE v.replaced_at >= t.open_versions_until
) AS s
WHERE s.since < :before
