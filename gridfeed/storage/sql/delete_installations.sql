-- For meters whose places are written again.
DELETE FROM installation i USING meter m
WHERE m.meter_id = i.meter_id AND m.meter_number = ANY (:names::text[])
