-- Remembers which partitions a meter's messages come from.
INSERT INTO meter_source (meter_id, source_id)
SELECT meter_id, $2 FROM unnest($1::integer[]) AS meter_id
ON CONFLICT DO NOTHING
