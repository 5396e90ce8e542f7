-- Public metadata, no object: it has no times.
INSERT INTO eac_format (eac_format, tenant, name, description, documentation)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (eac_format) DO UPDATE SET name = $3, description = $4, documentation = $5
