-- Removes a subscription with its secrets and its log.
DELETE FROM webhook w WHERE w.client_id = $1 AND w.webhook_id = $2 RETURNING w.webhook_id
