-- Waits for the writers of these meters, and makes them wait until the transaction ends: every
-- writer holds its partition's row. Rows are locked in order, so that no two sessions wait for each
-- other.
SELECT s.source_id
FROM ingest_source s
WHERE s.source_id IN (
  SELECT ms.source_id FROM meter_source ms WHERE ms.meter_id = ANY (:meter_ids::integer[]))
ORDER BY s.source_id
FOR UPDATE
