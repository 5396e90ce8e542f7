-- In the transaction that moves the offset past the stretch, so that it is noted exactly once.
INSERT INTO lost_stretch (source_id, first_offset, last_offset, noticed_at, after_at, before_at)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING lost_id
