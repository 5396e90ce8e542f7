-- Runs in the transaction that moves the offset past the stretch, so that it is noted exactly once.
INSERT INTO lost_stretch (source_id, first_offset, last_offset, noticed_at, after_at, before_at)
VALUES (:source_id, :first_offset, :last_offset, :noticed_at, :after_at, :before_at)
RETURNING lost_id
