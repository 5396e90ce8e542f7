-- Fixes the message in hand before it is sent first, with its bytes. No row: another process has it,
-- or the client changed it.
WITH cut AS (
  UPDATE webhook w SET message_id = $3, through_xid = $4::xid8, through_seq = $5
  WHERE w.webhook_id = $1 AND w.leased_by = $2 AND w.message_id IS NOT DISTINCT FROM $6
    AND w.after_xid = $7::xid8 AND w.after_seq = $8
  RETURNING w.webhook_id
)
INSERT INTO webhook_message AS m (webhook_id, message_id, body, changes, recorded_at, projects,
  production_formats)
SELECT c.webhook_id, $3, $9, $10, $11, $12, $13 FROM cut c
ON CONFLICT (webhook_id) DO UPDATE SET message_id = excluded.message_id, body = excluded.body,
  changes = excluded.changes, recorded_at = excluded.recorded_at, projects = excluded.projects,
  production_formats = excluded.production_formats
RETURNING m.webhook_id
