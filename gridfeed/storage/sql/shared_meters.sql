-- The given meters that also have messages in another partition, because the partition count was
-- raised or producers partition differently.
SELECT DISTINCT ms.meter_id
FROM meter_source ms JOIN ingest_source s USING (source_id)
WHERE ms.meter_id = ANY (:meter_ids::integer[]) AND ms.source_id <> :source_id
  AND s.stream = 'telemetry'
ORDER BY ms.meter_id
