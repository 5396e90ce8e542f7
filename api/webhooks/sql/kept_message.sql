-- The bytes of a message in hand, if its client may see now what it might see when they were made.
SELECT m.body, m.changes, m.recorded_at
FROM webhook_message m
WHERE m.webhook_id = :webhook_id AND m.message_id = :message_id
  AND m.projects IS NOT DISTINCT FROM :projects::text[]
  AND m.production_formats IS NOT DISTINCT FROM :production_formats::text[]
