-- Moves the former open values of intervals that were replaced before :before to open_minute, and
-- leaves one a minute there: the last of the minute, which then counts from the minute's first
-- publication, with the first one's cause. So every instant keeps exactly one value. A difference
-- leads to the next value that is left. Returns how many values went.
WITH version AS (
  DELETE FROM open_version v
  USING unnest(:meter_id::integer[], :production_format::production_format[],
    :channel::channel[], :interval_start::timestamptz[])
    AS e (meter_id, production_format, channel, interval_start)
  WHERE v.meter_id = e.meter_id AND v.production_format = e.production_format
    AND v.channel = e.channel AND v.interval_start = e.interval_start
    AND v.replaced_at < :before
  RETURNING v.meter_id, v.production_format, v.channel, v.interval_start, v.interval_seconds,
    v.energy_microkwh, v.mean_microkw, v.peak_microkw, v.p10_microkwh, v.p90_microkwh, v.quality,
    v.samples, v.coverage_us, v.longest_gap_us, v.settlement_version, v.issued_at, v.model,
    v.finalize_at, v.created_at, v.recorded_at, v.cause, v.replaced_at, v.replaced_by,
    v.delta_microkwh
), ranked AS (
  SELECT v.*, row_number() OVER (m ORDER BY v.replaced_at DESC) AS place,
    min(v.recorded_at) OVER m AS first_recorded_at,
    first_value(v.cause) OVER (m ORDER BY v.replaced_at) AS first_cause
  FROM version v
  WINDOW m AS (PARTITION BY v.meter_id, v.production_format, v.channel, v.interval_start,
    date_trunc('minute', v.replaced_at, 'UTC'))
), kept AS (
  SELECT r.*, lead(r.energy_microkwh) OVER i AS next_microkwh,
    lead(r.replaced_at) OVER i IS NOT NULL AS has_next
  FROM ranked r
  WHERE r.place = 1
  WINDOW i AS (PARTITION BY r.meter_id, r.production_format, r.channel, r.interval_start
    ORDER BY r.replaced_at)
), moved AS (
  INSERT INTO open_minute (
    meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    created_at, recorded_at, cause, replaced_at, replaced_by, delta_microkwh)
  SELECT meter_id, production_format, channel, interval_start, interval_seconds,
    energy_microkwh, mean_microkw, peak_microkw, p10_microkwh, p90_microkwh, quality,
    samples, coverage_us, longest_gap_us, settlement_version, issued_at, model, finalize_at,
    created_at, first_recorded_at, first_cause, replaced_at, replaced_by,
    CASE WHEN has_next THEN next_microkwh - energy_microkwh ELSE delta_microkwh END
  FROM kept
  RETURNING 1
)
SELECT (SELECT count(*) FROM version) - (SELECT count(*) FROM moved)
