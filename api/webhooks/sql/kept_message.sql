-- The bytes of a message in hand, if its client may see now what it might see when they were made.
SELECT m.body, m.changes, m.recorded_at
FROM webhook_message m
WHERE m.webhook_id = $1 AND m.message_id = $2
  AND m.projects IS NOT DISTINCT FROM $3::text[]
  AND m.production_formats IS NOT DISTINCT FROM $4::text[]
