-- The newest attempts of a subscription, newest first, behind a number if one is given.
SELECT a.number, a.message_id, a.message_type, a.changes, a.attempted_at, a.duration_us, a.result,
  a.status, a.error
FROM webhook_attempt a
JOIN webhook w USING (webhook_id)
WHERE w.client_id = :client_id AND a.webhook_id = :webhook_id
  AND a.number < coalesce(:before, 9223372036854775807)
ORDER BY a.number DESC
LIMIT :limit
