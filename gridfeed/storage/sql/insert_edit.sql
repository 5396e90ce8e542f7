-- Who changed published values and why; kept for ever.
INSERT INTO edit (kind, who, why, recorded_at, withdraws)
VALUES (:kind, :who, :why, :recorded_at, :withdraws)
RETURNING edit_id
