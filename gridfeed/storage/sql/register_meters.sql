-- Remembers which partitions bring messages of a meter. A partition that brings a meter for the
-- first time gets later instants than all recorded values of the meter, even if the server's clock
-- was set back meanwhile.
WITH joined AS (
  INSERT INTO meter_source (meter_id, source_id)
  SELECT meter_id, :source_id FROM unnest(:meter_ids::integer[]) AS meter_id
  ON CONFLICT DO NOTHING
  RETURNING meter_id
), recorded AS (
  SELECT o.recorded_at
  FROM joined j JOIN meter_source ms USING (meter_id) JOIN ingest_source o USING (source_id)
  UNION ALL
  SELECT greatest(e.recorded_at, e.ended_at) FROM joined j JOIN edited_interval e USING (meter_id)
)
UPDATE ingest_source s
SET recorded_at = greatest(s.recorded_at, (SELECT max(r.recorded_at) FROM recorded r))
WHERE s.source_id = :source_id AND EXISTS (SELECT FROM joined)
