-- The telemetry values of some meters, to compare with the plain computation.
SELECT m.meter_number, v.interval_start, v.energy_microkwh, v.mean_microkw, v.peak_microkw,
  v.quality::text, v.coverage_us, v.longest_gap_us, v.samples
FROM interval_value v JOIN meter m USING (meter_id)
WHERE m.meter_number = ANY (:meter_numbers::text[]) AND v.production_format = 'scada'
ORDER BY m.meter_number, v.interval_start
