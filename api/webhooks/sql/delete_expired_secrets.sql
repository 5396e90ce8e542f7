-- A secret that signs no longer is not kept.
DELETE FROM webhook_secret s WHERE s.webhook_id = :webhook_id AND s.expires_at <= :now
