-- Notes an attempt and what follows from it in one transaction, and gives the subscription back.
-- Delivered (:delivered): the cursor moves. Else it is tried again at :next_attempt_at, or its
-- state becomes :state. What the client changed meanwhile (another message in hand) stays as it is.
-- Size: a parameter for each column of the log, and for each that follows from the attempt.
WITH noted AS (
  UPDATE webhook w SET
    attempts = w.attempts + 1,
    after_xid = CASE WHEN o.own AND :delivered THEN w.through_xid ELSE w.after_xid END,
    after_seq = CASE WHEN o.own AND :delivered THEN w.through_seq ELSE w.after_seq END,
    message_id = CASE WHEN o.own AND :delivered THEN NULL ELSE w.message_id END,
    through_xid = CASE WHEN o.own AND :delivered THEN NULL ELSE w.through_xid END,
    through_seq = CASE WHEN o.own AND :delivered THEN NULL ELSE w.through_seq END,
    delivered_at = CASE WHEN :delivered THEN :ended_at ELSE w.delivered_at END,
    failures = CASE WHEN NOT o.own THEN w.failures WHEN :delivered THEN 0 ELSE w.failures + 1 END,
    failing_since = CASE WHEN NOT o.own THEN w.failing_since WHEN :delivered THEN NULL
      ELSE coalesce(w.failing_since, :ended_at) END,
    next_attempt_at = CASE WHEN o.own THEN :next_attempt_at ELSE w.next_attempt_at END,
    state = CASE WHEN o.own AND w.state = 'active' THEN :state::text::webhook_state
      ELSE w.state END,
    reason = CASE WHEN o.own AND w.state = 'active' THEN :reason ELSE w.reason END,
    leased_by = NULL, leased_until = NULL
  FROM (SELECT m.message_id IS NOT DISTINCT FROM :message_id AS own FROM webhook m
    WHERE m.webhook_id = :webhook_id) AS o
  WHERE w.webhook_id = :webhook_id AND w.leased_by = :owner
  RETURNING w.attempts
), forgotten AS (
  DELETE FROM webhook_attempt a USING noted n
  WHERE a.webhook_id = :webhook_id AND a.number <= n.attempts - :log_length
)
INSERT INTO webhook_attempt (webhook_id, number, message_id, message_type, changes, attempted_at,
  duration_us, result, status, error)
SELECT :webhook_id, n.attempts, :message_id, :message_type, :changes, :attempted_at, :duration_us,
  :result, :status, :error FROM noted n
RETURNING number
