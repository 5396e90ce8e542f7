-- The newest secret signs until :ends_at beside the one that follows it; the ones before it end
-- now.
UPDATE webhook_secret s SET expires_at = CASE WHEN s.expires_at IS NULL THEN :ends_at ELSE :now END
WHERE s.webhook_id = :webhook_id AND (s.expires_at IS NULL OR s.expires_at > :now)
