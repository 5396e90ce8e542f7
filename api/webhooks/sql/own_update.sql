-- What a client changes of a subscription. If it is another place or other changes, the message in
-- hand goes, and what is sent next is cut anew. Made active (:restart), it begins as if it had
-- never failed.
UPDATE webhook w SET
  url = :url, projects = :projects, meter_numbers = :meter_numbers, production_formats = f.formats,
  kinds = f.kinds, include_values = :include_values, coalesced = :coalesced,
  state = :state::text::webhook_state,
  reason = CASE WHEN :state::text IN ('active', 'paused') THEN NULL ELSE w.reason END,
  message_id = CASE WHEN f.same THEN w.message_id END,
  through_xid = CASE WHEN f.same THEN w.through_xid END,
  through_seq = CASE WHEN f.same THEN w.through_seq END,
  failures = CASE WHEN :restart THEN 0 ELSE w.failures END,
  failing_since = CASE WHEN :restart THEN NULL ELSE w.failing_since END,
  next_attempt_at = CASE WHEN :restart THEN :now::timestamptz ELSE w.next_attempt_at END,
  modified_at = :now
FROM (
  SELECT g.formats, g.kinds,
    (m.url, m.projects, m.meter_numbers, m.production_formats, m.kinds, m.include_values,
      m.coalesced) IS NOT DISTINCT FROM (:url, :projects, :meter_numbers, g.formats, g.kinds,
        :include_values, :coalesced) AS same
  FROM webhook m
  CROSS JOIN (
    SELECT :production_formats::text[]::production_format[] AS formats,
      :kinds::text[]::change_kind[] AS kinds
  ) AS g
  WHERE m.webhook_id = :webhook_id
) AS f
WHERE w.client_id = :client_id AND w.webhook_id = :webhook_id
RETURNING w.webhook_id
