-- The newest secret signs until $2 beside the one that follows it; the ones before it end now.
UPDATE webhook_secret s SET expires_at = CASE WHEN s.expires_at IS NULL THEN $2 ELSE $3 END
WHERE s.webhook_id = $1 AND (s.expires_at IS NULL OR s.expires_at > $3)
