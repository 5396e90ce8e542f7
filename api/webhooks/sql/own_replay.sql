-- Sets the cursor of a subscription; what follows it is sent next, at once.
UPDATE webhook w SET after_xid = :after_xid::xid8, after_seq = :after_seq, message_id = NULL,
  through_xid = NULL, through_seq = NULL, next_attempt_at = :now, modified_at = :now
WHERE w.client_id = :client_id AND w.webhook_id = :webhook_id
RETURNING w.webhook_id
