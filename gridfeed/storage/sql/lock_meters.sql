-- Writers of one meter take turns until they commit; ordered, so that two never wait for each other.
SELECT pg_advisory_xact_lock(1735551332, meter_id)
FROM (SELECT unnest($1::integer[]) AS meter_id ORDER BY 1) AS meters
