-- Of the given meters those whose intervals are drawn already, by raw samples or by any value. The
-- meter leads both primary keys, so each EXISTS is an index look-up.
SELECT m.meter_number
FROM meter m
WHERE m.meter_number = ANY (:meter_numbers::text[])
  AND (EXISTS (SELECT FROM sample_block b WHERE b.meter_id = m.meter_id)
       OR EXISTS (SELECT FROM interval_value v WHERE v.meter_id = m.meter_id))
