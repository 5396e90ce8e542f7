-- Moves the cursor over what is not of this subscription, and gives it back.
UPDATE webhook w SET after_xid = $3::xid8, after_seq = $4, message_id = NULL, through_xid = NULL,
  through_seq = NULL, failures = 0, failing_since = NULL, leased_by = NULL, leased_until = NULL
WHERE w.webhook_id = $1 AND w.leased_by = $2 AND w.message_id IS NOT DISTINCT FROM $5
  AND w.after_xid = $6::xid8 AND w.after_seq = $7
