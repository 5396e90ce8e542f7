-- The series that a partition has brought blocks of, so that quiet ones go on closing by the clock.
SELECT ms.meter_id, b.channel
FROM meter_source ms
CROSS JOIN LATERAL (
  SELECT c.channel FROM unnest(enum_range(NULL::channel)) AS c (channel)
  WHERE EXISTS (SELECT FROM sample_block s WHERE s.meter_id = ms.meter_id AND s.channel = c.channel)
) b
WHERE ms.source_id = :source_id
