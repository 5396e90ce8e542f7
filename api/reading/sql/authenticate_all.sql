-- The grants of many tokens at once, for streams that stay open. An unknown or revoked token has no
-- row.
SELECT t.token_sha256, a.client_id, a.name, a.projects, a.production_formats, a.details
FROM unnest(:tokens_sha256::bytea[]) AS t (token_sha256)
CROSS JOIN LATERAL granted.authenticate(t.token_sha256) AS a
