-- Every format of certificates' data.
SELECT eac_format, tenant, name, description, documentation FROM eac_format ORDER BY eac_format
