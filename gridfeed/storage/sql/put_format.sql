-- Public metadata, not an object: it has no times.
INSERT INTO eac_format (eac_format, tenant, name, description, documentation)
VALUES (:eac_format, :tenant, :name, :description, :documentation)
ON CONFLICT (eac_format) DO UPDATE SET name = :name, description = :description,
  documentation = :documentation
