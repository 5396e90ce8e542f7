-- Marks losses as acknowledged; doctor and /readyz no longer report them.
UPDATE lost_stretch
SET acknowledged_at = clock_timestamp(), acknowledged_by = :acknowledged_by, note = :note
WHERE lost_id = ANY (:lost_ids::integer[]) AND acknowledged_at IS NULL
RETURNING lost_id
