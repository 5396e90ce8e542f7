-- The ids of meters, by their numbers.
SELECT m.meter_id FROM meter m WHERE m.meter_number = ANY (:meter_numbers::text[])
