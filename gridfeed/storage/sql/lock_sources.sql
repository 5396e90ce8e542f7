-- Waits for whoever writes these meters, and keeps them waiting until the transaction ends: every
-- writer holds its partition's row. Ordered, so that no two wait for each other.
SELECT s.source_id
FROM ingest_source s
WHERE s.source_id IN (
  SELECT ms.source_id FROM meter_source ms WHERE ms.meter_id = ANY (:meter_ids::integer[]))
ORDER BY s.source_id
FOR UPDATE
