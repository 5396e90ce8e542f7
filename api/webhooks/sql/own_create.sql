-- A new subscription, unless the client has as many as it may ($12). No row: it has.
INSERT INTO webhook (client_id, webhook_id, url, projects, meter_numbers, production_formats, kinds,
  include_values, coalesced, after_xid, after_seq, next_attempt_at, created_at, modified_at)
SELECT $1, $2, $3, $4, $5, $6::text[]::production_format[], $7::text[]::change_kind[], $8, $9,
  $10::xid8, $11, $13, $13, $13
WHERE (SELECT count(*) FROM webhook w WHERE w.client_id = $1) < $12
RETURNING webhook_id
