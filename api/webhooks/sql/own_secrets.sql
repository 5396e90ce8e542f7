-- The secrets that sign for one of the client's subscriptions at an instant, newest first.
SELECT s.secret
FROM webhook_secret s
JOIN webhook w USING (webhook_id)
WHERE w.client_id = $1 AND s.webhook_id = $2 AND (s.expires_at IS NULL OR s.expires_at > $3)
ORDER BY s.secret_id DESC
