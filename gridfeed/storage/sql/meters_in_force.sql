-- Meters of which an edit decides some value at present.
SELECT DISTINCT i.meter_id FROM edited_interval i
WHERE i.edit_id = :edit_id AND i.ended_at IS NULL
ORDER BY i.meter_id
