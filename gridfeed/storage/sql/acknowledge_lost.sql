-- Somebody has seen to what is lost; doctor and /readyz say no more of it.
UPDATE lost_stretch
SET acknowledged_at = clock_timestamp(), acknowledged_by = :acknowledged_by, note = :note
WHERE lost_id = ANY (:lost_ids::integer[]) AND acknowledged_at IS NULL
RETURNING lost_id
