-- The secrets that sign at an instant, newest first.
SELECT s.secret FROM webhook_secret s
WHERE s.webhook_id = $1 AND (s.expires_at IS NULL OR s.expires_at > $2)
ORDER BY s.secret_id DESC
