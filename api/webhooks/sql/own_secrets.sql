-- The secrets that sign for one of the client's subscriptions at an instant, newest first.
SELECT s.secret
FROM webhook_secret s
JOIN webhook w USING (webhook_id)
WHERE w.client_id = :client_id AND s.webhook_id = :webhook_id
  AND (s.expires_at IS NULL OR s.expires_at > :now)
ORDER BY s.secret_id DESC
