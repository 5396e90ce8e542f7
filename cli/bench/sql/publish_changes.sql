-- Writes changes as a worker does, one meter after the other.
INSERT INTO change (kind, meter_id, production_format, channel, interval_from, interval_to,
  interval_seconds, cause, delta_microkwh)
SELECT 'UPDATED', m.meter_id, 'scada', 'GROSS', '2026-03-01T00:00Z', '2026-03-01T00:05Z', 300,
  'samples', 1000
FROM generate_series(1, :changes) AS n
JOIN meter m ON m.meter_number = 'bench-' || lpad((1 + n % :meters)::text, 5, '0')
