-- A meter's memberships are replaced as a whole: in between, two of them could overlap.
DELETE FROM membership b
USING meter m
WHERE m.meter_id = b.meter_id AND m.meter_number = ANY (:meter_numbers::text[])
