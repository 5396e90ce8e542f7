-- The id of a meter, by its number.
SELECT m.meter_id FROM meter m WHERE m.meter_number = :meter_number
