-- A secret that signs no longer is not kept.
DELETE FROM webhook_secret s WHERE s.webhook_id = $1 AND s.expires_at <= $2
