-- A client's subscriptions, oldest first; one of them, if :webhook_id names it. overlap_ends_at:
-- until then (:now is now) a former secret signs, too.
SELECT w.webhook_id, w.url, w.projects, w.meter_numbers,
  w.production_formats::text[] AS production_formats, w.kinds::text[] AS kinds, w.include_values,
  w.coalesced,
  w.state::text AS state, w.reason, w.after_xid, w.after_seq, w.failures, w.failing_since,
  w.next_attempt_at, w.delivered_at, w.created_at, w.modified_at,
  (SELECT max(s.expires_at) FROM webhook_secret s
    WHERE s.webhook_id = w.webhook_id AND s.expires_at > :now) AS overlap_ends_at
FROM webhook w
WHERE w.client_id = :client_id AND (:webhook_id::text IS NULL OR w.webhook_id = :webhook_id)
ORDER BY w.created_at, w.webhook_id
