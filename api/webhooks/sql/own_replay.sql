-- Sets the cursor of a subscription; what follows it is sent next, at once.
UPDATE webhook w SET after_xid = $3::xid8, after_seq = $4,
  message_id = NULL, through_xid = NULL, through_seq = NULL, next_attempt_at = $5, modified_at = $5
WHERE w.client_id = $1 AND w.webhook_id = $2
RETURNING w.webhook_id
