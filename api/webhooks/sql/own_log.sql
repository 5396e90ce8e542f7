-- Writes an attempt that the client asked for into the log of its subscription; nothing else follows.
WITH noted AS (
  UPDATE webhook w SET attempts = w.attempts + 1
  WHERE w.client_id = $1 AND w.webhook_id = $2
  RETURNING w.attempts
), forgotten AS (
  DELETE FROM webhook_attempt a USING noted n
  WHERE a.webhook_id = $2 AND a.number <= n.attempts - $10
)
INSERT INTO webhook_attempt (webhook_id, number, message_id, message_type, changes, attempted_at,
  duration_us, result, status, error)
SELECT $2, n.attempts, $3, $4, 0, $5, $6, $7, $8, $9 FROM noted n
RETURNING number
