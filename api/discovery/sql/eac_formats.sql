-- What certificates' data looks like, everybody's: part of the public metadata.
SELECT f.eac_format AS id, f.name, f.description, f.documentation
FROM eac_format f
ORDER BY f.eac_format COLLATE "C"
