-- Fixes the message in hand before it is sent first, with its bytes. No row: another process has
-- it, or the client changed it.
WITH cut AS (
  UPDATE webhook w SET message_id = :message_id, through_xid = :through_xid::xid8,
    through_seq = :through_seq
  WHERE w.webhook_id = :webhook_id AND w.leased_by = :owner
    AND w.message_id IS NOT DISTINCT FROM :former_message_id
    AND w.after_xid = :after_xid::xid8 AND w.after_seq = :after_seq
  RETURNING w.webhook_id
)
INSERT INTO webhook_message AS m (webhook_id, message_id, body, changes, recorded_at, projects,
  production_formats)
SELECT c.webhook_id, :message_id, :body, :changes, :recorded_at, :projects, :production_formats
FROM cut c
ON CONFLICT (webhook_id) DO UPDATE SET message_id = excluded.message_id, body = excluded.body,
  changes = excluded.changes, recorded_at = excluded.recorded_at, projects = excluded.projects,
  production_formats = excluded.production_formats
RETURNING m.webhook_id
