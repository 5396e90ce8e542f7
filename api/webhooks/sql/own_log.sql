-- Writes an attempt that the client asked for into the log of its subscription; nothing else
-- follows.
WITH noted AS (
  UPDATE webhook w SET attempts = w.attempts + 1
  WHERE w.client_id = :client_id AND w.webhook_id = :webhook_id
  RETURNING w.attempts
), forgotten AS (
  DELETE FROM webhook_attempt a USING noted n
  WHERE a.webhook_id = :webhook_id AND a.number <= n.attempts - :log_length
)
INSERT INTO webhook_attempt (webhook_id, number, message_id, message_type, changes, attempted_at,
  duration_us, result, status, error)
SELECT :webhook_id, n.attempts, :message_id, :message_type, 0, :attempted_at, :duration_us, :result,
  :status, :error FROM noted n
RETURNING number
