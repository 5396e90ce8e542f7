-- Every declared field of every meter. A number is unique across projects, so all meters are
-- compared.
SELECT meter_number, capacity_kw, integration, hold_limit_seconds, station_load_kw
FROM meter
ORDER BY meter_number
