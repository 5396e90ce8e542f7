-- Notes an attempt and what follows from it in one transaction, and gives the subscription back.
-- Delivered ($4): the cursor moves. Else it is tried again at $6, or its state becomes $7. What the
-- client changed meanwhile (another message in hand) stays as it is.
WITH noted AS (
  UPDATE webhook w SET
    attempts = w.attempts + 1,
    after_xid = CASE WHEN o.own AND $4 THEN w.through_xid ELSE w.after_xid END,
    after_seq = CASE WHEN o.own AND $4 THEN w.through_seq ELSE w.after_seq END,
    message_id = CASE WHEN o.own AND $4 THEN NULL ELSE w.message_id END,
    through_xid = CASE WHEN o.own AND $4 THEN NULL ELSE w.through_xid END,
    through_seq = CASE WHEN o.own AND $4 THEN NULL ELSE w.through_seq END,
    delivered_at = CASE WHEN $4 THEN $5 ELSE w.delivered_at END,
    failures = CASE WHEN NOT o.own THEN w.failures WHEN $4 THEN 0 ELSE w.failures + 1 END,
    failing_since = CASE WHEN NOT o.own THEN w.failing_since WHEN $4 THEN NULL
      ELSE coalesce(w.failing_since, $5) END,
    next_attempt_at = CASE WHEN o.own THEN $6 ELSE w.next_attempt_at END,
    state = CASE WHEN o.own AND w.state = 'active' THEN $7::text::webhook_state ELSE w.state END,
    reason = CASE WHEN o.own AND w.state = 'active' THEN $8 ELSE w.reason END,
    leased_by = NULL, leased_until = NULL
  FROM (SELECT m.message_id IS NOT DISTINCT FROM $3 AS own FROM webhook m
    WHERE m.webhook_id = $1) AS o
  WHERE w.webhook_id = $1 AND w.leased_by = $2
  RETURNING w.attempts
), forgotten AS (
  DELETE FROM webhook_attempt a USING noted n
  WHERE a.webhook_id = $1 AND a.number <= n.attempts - $16
)
INSERT INTO webhook_attempt (webhook_id, number, message_id, message_type, changes, attempted_at,
  duration_us, result, status, error)
SELECT $1, n.attempts, $3, $9, $10, $11, $12, $13, $14, $15 FROM noted n
RETURNING number
