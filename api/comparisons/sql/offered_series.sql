-- Which series the meters have, of these production formats.
SELECT s.meter_id, s.production_format, s.channel
FROM series s
WHERE s.meter_id = ANY ($1::integer[]) AND s.production_format = ANY ($2::production_format[])
