-- The settlement read that counts for each interval, among versions from :lowest to :highest (one
-- pair for each membership). It is the read with the highest version; among several, the newest
-- read; among several, the read that came last, as in `current_reads`. The columns, and all else,
-- are as in `aligned_values`.
SELECT w.membership, c.channel, c.start_us, c.interval_seconds, c.energy, c.quality,
  c.settlement_version
FROM unnest(:membership::integer[], :meter_id::integer[], :starts_at::timestamptz[],
  :ends_at::timestamptz[], :lowest::integer[], :highest::integer[])
  AS w (membership, meter_id, starts_at, ends_at, lowest, highest)
CROSS JOIN LATERAL (
  SELECT n.channel,
    string_agg(int8send((date_part('epoch', n.interval_start) * 1000000)::bigint), '') AS start_us,
    string_agg(int8send(n.interval_seconds), '') AS interval_seconds,
    string_agg(int8send(n.energy_microkwh), '') AS energy,
    string_agg(int8send(
      coalesce(array_position(:qualities::reading_quality[], n.quality), 256) - 1), '') AS quality,
    string_agg(int8send(n.settlement_version), '') AS settlement_version
  FROM (
    SELECT DISTINCT ON (r.channel, r.interval_start)
      r.channel, r.interval_start, r.interval_seconds, r.energy_microkwh, r.quality,
      r.settlement_version
    FROM settlement_read r
    WHERE r.meter_id = w.meter_id AND :production_format::production_format = 'settlement'
      AND r.channel = ANY (enum_range(NULL::channel))
      AND r.interval_start >= :earliest::timestamptz AND r.interval_start < :latest::timestamptz
      AND (r.interval_start >= w.starts_at AND r.interval_start < w.ends_at) IS TRUE
      AND r.settlement_version BETWEEN w.lowest AND w.highest
    ORDER BY r.channel, r.interval_start, r.settlement_version DESC, r.read_at DESC,
      r.source_id DESC, r.kafka_offset DESC
  ) AS n
  GROUP BY n.channel
) AS c
