-- Moves the cursor over what is not of this subscription, and gives it back.
UPDATE webhook w SET after_xid = :through_xid::xid8, after_seq = :through_seq, message_id = NULL,
  through_xid = NULL, through_seq = NULL, failures = 0, failing_since = NULL, leased_by = NULL,
  leased_until = NULL
WHERE w.webhook_id = :webhook_id AND w.leased_by = :owner
  AND w.message_id IS NOT DISTINCT FROM :message_id
  AND w.after_xid = :after_xid::xid8 AND w.after_seq = :after_seq
