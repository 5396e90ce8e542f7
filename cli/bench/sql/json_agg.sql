-- The five-minute values of a meter between two instants as one JSON text, as the plainest route
-- reads them: the four columns that Gridfeed's answer says of each interval, and no grant.
SELECT json_agg(r ORDER BY r.interval_start)
FROM (
  SELECT v.interval_start, v.energy_microkwh, v.mean_microkw, v.peak_microkw
  FROM interval_value v JOIN meter m USING (meter_id)
  WHERE m.meter_number = :meter_number AND v.production_format = 'scada' AND v.channel = 'GROSS'
    AND v.interval_start >= :start AND v.interval_start < :end
) AS r
