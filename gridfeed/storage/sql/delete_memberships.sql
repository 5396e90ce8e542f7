-- All memberships of a meter are replaced together: replaced singly, two of them could overlap
-- meanwhile.
DELETE FROM membership b
USING meter m
WHERE m.meter_id = b.meter_id AND m.meter_number = ANY (:meter_numbers::text[])
