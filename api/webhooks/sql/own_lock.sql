-- Holds a subscription until the transaction ends, so that its secrets change one after the other.
SELECT w.webhook_id FROM webhook w WHERE w.client_id = $1 AND w.webhook_id = $2 FOR UPDATE
