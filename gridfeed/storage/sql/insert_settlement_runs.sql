-- The runs of any number of projects at once.
INSERT INTO settlement_run (cds_productionproject_id, settlement_version, code)
SELECT project, settlement_version, code
FROM unnest($1::text[], $2::integer[], $3::text[]) AS t (project, settlement_version, code)
