-- The newest :limit edits, of one meter (:meter_number) or of all, with the number of their
-- intervals that still decide a published value. A withdrawal belongs to the meters of the edit
-- that it ended.
SELECT e.edit_id, e.kind, e.who, e.why, e.recorded_at, e.withdraws,
  array_agg(DISTINCT m.meter_number ORDER BY m.meter_number) AS meter_numbers,
  array_agg(DISTINCT i.production_format::text) AS production_formats,
  min(i.interval_start) AS first_start,
  max(i.interval_start + make_interval(secs => i.interval_seconds)) AS last_end,
  count(*)::integer AS intervals,
  (count(*) FILTER (WHERE i.edit_id = e.edit_id AND i.ended_at IS NULL))::integer AS in_force
FROM edit e
JOIN edited_interval i ON i.edit_id = coalesce(e.withdraws, e.edit_id)
JOIN meter m USING (meter_id)
WHERE :meter_number::text IS NULL OR m.meter_number = :meter_number
GROUP BY e.edit_id
ORDER BY e.edit_id DESC
LIMIT :limit
