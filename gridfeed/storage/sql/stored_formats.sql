-- Every format of the data behind certificates.
SELECT eac_format, tenant, name, description, documentation FROM eac_format ORDER BY eac_format
