-- A new subscription, unless the client has as many as it may (:most). No row: it has.
INSERT INTO webhook (client_id, webhook_id, url, projects, meter_numbers, production_formats, kinds,
  include_values, coalesced, after_xid, after_seq, next_attempt_at, created_at, modified_at)
SELECT :client_id, :webhook_id, :url, :projects, :meter_numbers,
  :production_formats::text[]::production_format[], :kinds::text[]::change_kind[], :include_values,
  :coalesced, :after_xid::xid8, :after_seq, :now, :now, :now
WHERE (SELECT count(*) FROM webhook w WHERE w.client_id = :client_id) < :most
RETURNING webhook_id
