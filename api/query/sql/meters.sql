-- A page of meter devices, last modified first, then by id. What changed after the listing began
-- ($4) stands last, by id, so that a reader who pages meanwhile cannot miss it.
WITH listed AS (
  SELECT m.meter_id, m.cds_meterdevice_id, m.meter_number, m.created_at, m.modified_at, m.synced_at,
    CASE WHEN m.modified_at > $4::timestamptz THEN 9223372036854775807
      ELSE (extract(epoch FROM m.modified_at) * -1000000)::bigint END AS age_rank
  FROM meter m
  WHERE ($1::text[] IS NULL OR m.cds_meterdevice_id = ANY ($1))
    AND ($2::text[] IS NULL OR m.meter_number = ANY ($2))
    AND ($3::text IS NULL OR strpos(
      lower(m.cds_meterdevice_id || E'\n' || m.meter_number), lower($3)) > 0)
), page AS (
  SELECT l.meter_id, l.cds_meterdevice_id, l.meter_number, l.created_at, l.modified_at, l.synced_at,
    l.age_rank
  FROM listed l
  WHERE $5::bigint IS NULL OR CASE WHEN $7::boolean
    THEN (l.age_rank, l.cds_meterdevice_id COLLATE "C") < ($5, $6::text)
    ELSE (l.age_rank, l.cds_meterdevice_id COLLATE "C") > ($5, $6::text) END
  ORDER BY
    CASE WHEN NOT $7 THEN l.age_rank END, CASE WHEN $7 THEN l.age_rank END DESC,
    CASE WHEN NOT $7 THEN l.cds_meterdevice_id COLLATE "C" END,
    CASE WHEN $7 THEN l.cds_meterdevice_id COLLATE "C" END DESC
  LIMIT $8
)
SELECT p.cds_meterdevice_id, p.meter_number, p.created_at, p.modified_at, p.synced_at, p.age_rank,
  EXISTS (SELECT FROM series s WHERE s.meter_id = p.meter_id
    AND s.channel IN ('NET', 'STATION_LOAD')) AS bidirectional
FROM page p
ORDER BY p.age_rank, p.cds_meterdevice_id COLLATE "C"
