-- What a client changes of a subscription. If it is another place or other changes, the message in
-- hand goes, and what is sent next is cut anew. Made active ($11), it begins as if it had never failed.
UPDATE webhook w SET
  url = $3, projects = $4, meter_numbers = $5, production_formats = f.formats, kinds = f.kinds,
  include_values = $8, coalesced = $9, state = $10::text::webhook_state,
  reason = CASE WHEN $10::text IN ('active', 'paused') THEN NULL ELSE w.reason END,
  message_id = CASE WHEN f.same THEN w.message_id END,
  through_xid = CASE WHEN f.same THEN w.through_xid END,
  through_seq = CASE WHEN f.same THEN w.through_seq END,
  failures = CASE WHEN $11 THEN 0 ELSE w.failures END,
  failing_since = CASE WHEN $11 THEN NULL ELSE w.failing_since END,
  next_attempt_at = CASE WHEN $11 THEN $12::timestamptz ELSE w.next_attempt_at END,
  modified_at = $12
FROM (
  SELECT g.formats, g.kinds,
    (m.url, m.projects, m.meter_numbers, m.production_formats, m.kinds, m.include_values,
      m.coalesced) IS NOT DISTINCT FROM ($3, $4, $5, g.formats, g.kinds, $8, $9) AS same
  FROM webhook m
  CROSS JOIN (SELECT $6::text[]::production_format[] AS formats, $7::text[]::change_kind[] AS kinds)
    AS g
  WHERE m.webhook_id = $2
) AS f
WHERE w.client_id = $1 AND w.webhook_id = $2
RETURNING w.webhook_id
