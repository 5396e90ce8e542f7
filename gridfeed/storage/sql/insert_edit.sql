-- Who changed published values, and why; kept for ever.
INSERT INTO edit (kind, who, why, recorded_at, withdraws) VALUES ($1, $2, $3, $4, $5)
RETURNING edit_id
