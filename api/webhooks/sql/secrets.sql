-- The secrets that sign at an instant, newest first; none once the client is revoked or may see
-- something else than :projects and :production_formats.
SELECT s.secret
FROM webhook_secret s
JOIN webhook w USING (webhook_id)
JOIN pushing.client c USING (client_id)
WHERE s.webhook_id = :webhook_id AND (s.expires_at IS NULL OR s.expires_at > :now)
  AND c.projects IS NOT DISTINCT FROM :projects::text[]
  AND c.production_formats IS NOT DISTINCT FROM :production_formats::text[]
ORDER BY s.secret_id DESC
