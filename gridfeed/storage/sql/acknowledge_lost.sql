-- Somebody has seen to what is lost; doctor and /readyz say no more of it.
UPDATE lost_stretch
SET acknowledged_at = clock_timestamp(), acknowledged_by = $2, note = $3
WHERE lost_id = ANY ($1::integer[]) AND acknowledged_at IS NULL
RETURNING lost_id
