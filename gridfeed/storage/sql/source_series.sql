-- The series of which a partition has stored blocks, so that the intervals of silent series still
-- close by the clock.
SELECT ms.meter_id, b.channel
FROM meter_source ms
CROSS JOIN LATERAL (
  SELECT c.channel FROM unnest(enum_range(NULL::channel)) AS c (channel)
  WHERE EXISTS (SELECT FROM sample_block s WHERE s.meter_id = ms.meter_id AND s.channel = c.channel)
) b
WHERE ms.source_id = :source_id
