-- The given meters whose intervals are fixed already, because raw samples or values are stored.
-- Both primary keys begin with the meter, so each EXISTS is an index look-up.
SELECT m.meter_number
FROM meter m
WHERE m.meter_number = ANY (:meter_numbers::text[])
  AND (EXISTS (SELECT FROM sample_block b WHERE b.meter_id = m.meter_id)
       OR EXISTS (SELECT FROM interval_value v WHERE v.meter_id = m.meter_id))
