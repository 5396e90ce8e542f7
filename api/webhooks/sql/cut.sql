-- Fixes the message in hand before it is sent first. No row: another process has it, or the client
-- changed it.
UPDATE webhook w SET message_id = $3, through_xid = $4::xid8, through_seq = $5
WHERE w.webhook_id = $1 AND w.leased_by = $2 AND w.message_id IS NOT DISTINCT FROM $6
  AND w.after_xid = $7::xid8 AND w.after_seq = $8
RETURNING w.webhook_id
