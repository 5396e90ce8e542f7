-- Register reads at starts of intervals of settlement segments: one row for each segment, register
-- and multiplier. Two different reads at one instant are a meter exchange: the new meter's first
-- read, which came last, is shown. Reads that differ only in written zeros count as one: the first
-- is shown. More than two reads at one instant are left out, since nobody knows which is right.
-- Reads whose multiplier no unit of CDS-WG3-01 10.8.7.1 expresses are left out, too: a client that
-- ignored the multiplier would compute a wrong energy.
WITH at_start AS (
  SELECT t.place, t.segment_start, t.interval_seconds, r.register, r.digits, r.multiplier, r.value,
    r.read_at, r.source_id, r.kafka_offset
  FROM unnest(:meter_number::text[], :segment_start::timestamptz[], :segment_end::timestamptz[],
    :interval_seconds::integer[]) WITH ORDINALITY
    AS t (meter_number, segment_start, segment_end, interval_seconds, place)
  JOIN meter m USING (meter_number)
  JOIN register_read r ON r.meter_id = m.meter_id
    AND r.read_at >= t.segment_start AND r.read_at < t.segment_end
  WHERE mod(extract(epoch FROM r.read_at - t.segment_start), t.interval_seconds) = 0
), different AS (
  SELECT DISTINCT ON (a.place, a.register, a.read_at, a.digits, a.multiplier, a.value::numeric)
    a.place, a.segment_start, a.interval_seconds, a.register, a.multiplier, a.value, a.read_at,
    a.source_id, a.kafka_offset
  FROM at_start a
  ORDER BY a.place, a.register, a.read_at, a.digits, a.multiplier, a.value::numeric, a.source_id,
    a.kafka_offset
), shown AS (
  SELECT DISTINCT ON (d.place, d.register, d.read_at)
    d.place, d.register, d.multiplier, d.value, d.read_at,
    extract(epoch FROM d.read_at - d.segment_start)::integer / d.interval_seconds AS interval_place,
    count(*) OVER (PARTITION BY d.place, d.register, d.read_at) AS reads
  FROM different d
  ORDER BY d.place, d.register, d.read_at, d.source_id DESC, d.kafka_offset DESC
)
SELECT s.place, s.register, s.multiplier,
  array_agg(s.interval_place ORDER BY s.interval_place) AS places,
  array_agg(s.value ORDER BY s.interval_place) AS values
FROM shown s
WHERE s.reads <= 2 AND s.multiplier IN (0.001, 1, 1000)
GROUP BY s.place, s.register, s.multiplier
ORDER BY s.place, s.register COLLATE "C", s.multiplier
