-- Telemetry intervals become final by the clock of their partition. This includes intervals of
-- silent meters and values that wait for an edit.
WITH finalised AS (
  UPDATE interval_value v
  SET finalize_at = NULL
  FROM meter_source ms
  WHERE v.finalize_at <= :clock AND v.production_format = 'scada'
    AND ms.source_id = :source_id AND ms.meter_id = v.meter_id
  RETURNING v.meter_id, v.channel, v.interval_start, v.interval_seconds
), waiting AS (
  UPDATE streamed_value v
  SET finalize_at = NULL
  FROM meter_source ms
  WHERE v.finalize_at <= :clock AND v.production_format = 'scada'
    AND ms.source_id = :source_id AND ms.meter_id = v.meter_id
)
INSERT INTO change (kind, meter_id, production_format, channel, interval_from, interval_to,
  interval_seconds, recorded_at)
SELECT 'FINALIZED', meter_id, 'scada', channel, interval_start,
  interval_start + interval_seconds * interval '1 second', interval_seconds, :recorded_at
FROM finalised
ORDER BY interval_start, meter_id
