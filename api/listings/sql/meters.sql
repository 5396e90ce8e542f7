-- A page of meter devices, last modified first, then by id. Meters that changed after the listing
-- began (:listed_at) come last, by id, so that a client that is paging cannot miss them. A meter's
-- service points are a member of it, so a move to another point is a change of the meter.
WITH listed AS (
  SELECT m.meter_id, m.cds_meterdevice_id, m.meter_number, m.created_at, m.synced_at,
    v.modified_at,
    CASE WHEN v.modified_at > :listed_at::timestamptz THEN 9223372036854775807
      ELSE (extract(epoch FROM v.modified_at) * -1000000)::bigint END AS age_rank
  FROM meter m
  CROSS JOIN LATERAL (
    SELECT greatest(m.modified_at, max(s.changed_at)) AS modified_at
    FROM meter_servicepoint s
    WHERE s.meter_id = m.meter_id
  ) AS v
  WHERE (:cds_meterdevice_ids::text[] IS NULL OR m.cds_meterdevice_id = ANY (:cds_meterdevice_ids))
    AND (:meter_numbers::text[] IS NULL OR m.meter_number = ANY (:meter_numbers))
    AND (:current_servicepoints::text[] IS NULL OR EXISTS (
      SELECT FROM meter_servicepoint s
      WHERE s.meter_id = m.meter_id AND s.current
        AND s.cds_servicepoint_id = ANY (:current_servicepoints)))
    AND (:previous_servicepoints::text[] IS NULL OR EXISTS (
      SELECT FROM meter_servicepoint s
      WHERE s.meter_id = m.meter_id AND NOT s.current
        AND s.cds_servicepoint_id = ANY (:previous_servicepoints)))
    AND (:q::text IS NULL OR strpos(
      lower(m.cds_meterdevice_id || E'\n' || m.meter_number), lower(:q)) > 0)
), page AS (
  SELECT l.*
  FROM listed l
  WHERE :cursor_age_rank::bigint IS NULL OR CASE WHEN :backwards::boolean
    THEN (l.age_rank, l.cds_meterdevice_id COLLATE "C") < (:cursor_age_rank, :cursor_id::text)
    ELSE (l.age_rank, l.cds_meterdevice_id COLLATE "C") > (:cursor_age_rank, :cursor_id::text) END
  ORDER BY
    CASE WHEN NOT :backwards THEN l.age_rank END, CASE WHEN :backwards THEN l.age_rank END DESC,
    CASE WHEN NOT :backwards THEN l.cds_meterdevice_id COLLATE "C" END,
    CASE WHEN :backwards THEN l.cds_meterdevice_id COLLATE "C" END DESC
  LIMIT :limit
)
SELECT p.cds_meterdevice_id, p.meter_number, p.created_at, p.modified_at, p.synced_at, p.age_rank,
  coalesce(i.current, '{}') AS current_servicepoints,
  coalesce(i.previous, '{}') AS previous_servicepoints,
  EXISTS (SELECT FROM series s WHERE s.meter_id = p.meter_id
    AND s.channel IN ('NET', 'STATION_LOAD')) AS bidirectional
FROM page p
CROSS JOIN LATERAL (
  SELECT array_agg(s.cds_servicepoint_id ORDER BY s.cds_servicepoint_id COLLATE "C")
      FILTER (WHERE s.current) AS current,
    array_agg(s.cds_servicepoint_id ORDER BY s.cds_servicepoint_id COLLATE "C")
      FILTER (WHERE NOT s.current) AS previous
  FROM meter_servicepoint s
  WHERE s.meter_id = p.meter_id
) AS i
ORDER BY p.age_rank, p.cds_meterdevice_id COLLATE "C"
