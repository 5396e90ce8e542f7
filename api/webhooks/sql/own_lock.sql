-- Holds a subscription until the transaction ends, so that its secrets change one after the other.
SELECT w.webhook_id FROM webhook w
WHERE w.client_id = :client_id AND w.webhook_id = :webhook_id
FOR UPDATE
