-- The secrets that sign at an instant, newest first; none once the client is revoked or may see
-- something else than $3 and $4.
SELECT s.secret
FROM webhook_secret s
JOIN webhook w USING (webhook_id)
JOIN pushing.client c USING (client_id)
WHERE s.webhook_id = $1 AND (s.expires_at IS NULL OR s.expires_at > $2)
  AND c.projects IS NOT DISTINCT FROM $3::text[]
  AND c.production_formats IS NOT DISTINCT FROM $4::text[]
ORDER BY s.secret_id DESC
