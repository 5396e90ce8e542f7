-- The series that the meters have in these production formats.
SELECT s.meter_id, s.production_format, s.channel
FROM series s
WHERE s.meter_id = ANY (:meter_ids::integer[])
  AND s.production_format = ANY (:production_formats::production_format[])
