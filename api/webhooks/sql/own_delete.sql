-- Removes a subscription with its secrets and its log.
DELETE FROM webhook w WHERE w.client_id = :client_id AND w.webhook_id = :webhook_id
RETURNING w.webhook_id
