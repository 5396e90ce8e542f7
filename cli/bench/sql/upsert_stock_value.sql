-- The upsert that the stock agent runs each second.
INSERT INTO stock_value (meter_number, interval_start, energy_kwh, mean_kw, peak_kw, samples,
  covered_seconds)
VALUES (:meter_number, :interval_start, :energy_kwh, :mean_kw, :peak_kw, :samples, :covered_seconds)
ON CONFLICT (meter_number, interval_start) DO UPDATE SET
  energy_kwh = excluded.energy_kwh, mean_kw = excluded.mean_kw, peak_kw = excluded.peak_kw,
  samples = excluded.samples, covered_seconds = excluded.covered_seconds
