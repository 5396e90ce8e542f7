-- Takes subscriptions in hand that are due: tried before and due again, or with something in the
-- feed (newest: :newest_xid, :newest_seq) behind their cursor. Those in another process's hand are
-- passed over.
WITH due AS (
  SELECT w.webhook_id
  FROM webhook w
  JOIN pushing.client c USING (client_id)
  WHERE w.state = 'active' AND w.next_attempt_at <= :now
    AND (w.leased_until IS NULL OR w.leased_until < clock_timestamp())
    AND (w.message_id IS NOT NULL
      OR (w.after_xid, w.after_seq) < (:newest_xid::xid8, :newest_seq::bigint))
  ORDER BY w.next_attempt_at
  LIMIT :limit
  FOR UPDATE OF w SKIP LOCKED
)
UPDATE webhook w SET leased_by = :owner, leased_until = clock_timestamp() + :lease::interval
FROM due, pushing.client c
WHERE w.webhook_id = due.webhook_id AND c.client_id = w.client_id
RETURNING w.webhook_id, w.url, w.projects, w.meter_numbers,
  w.production_formats::text[] AS production_formats, w.kinds::text[] AS kinds, w.include_values,
  w.coalesced, w.after_xid, w.after_seq, w.message_id, w.through_xid, w.through_seq, w.failures,
  w.failing_since, c.client_id, c.name AS client_name, c.projects AS granted_projects,
  c.production_formats AS granted_formats
