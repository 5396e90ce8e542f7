-- The runs of any number of projects at once.
INSERT INTO settlement_run (cds_productionproject_id, settlement_version, code)
SELECT project, settlement_version, code
FROM unnest(:project::text[], :settlement_version::integer[], :code::text[])
  AS t (project, settlement_version, code)
