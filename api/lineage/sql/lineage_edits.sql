-- What was set by hand or estimated of the intervals that start in [:start, :end), newest first,
-- and who took it back.
SELECT e.channel, e.interval_start, e.edit_id, e.kind, e.who, e.why, e.method, e.inputs,
  e.energy_microkwh, e.quality, e.recorded_at, e.ended_at, e.ended_by,
  w.who AS withdrawn_who, w.why AS withdrawn_why
FROM edited_interval e
LEFT JOIN withdrawal w
  ON w.withdraws = e.edit_id AND w.recorded_at = e.ended_at AND e.ended_by = 'withdrawn'
WHERE e.meter_id = :meter_id AND e.production_format = :production_format::production_format
  AND e.interval_start >= :start AND e.interval_start < :end
ORDER BY e.edit_id DESC
