-- The projects whose energy the certificates attest.
INSERT INTO eac_project (cds_eac_id, cds_productionproject_id)
SELECT t.certificate, t.project FROM unnest(:certificate::text[], :project::text[])
  AS t (certificate, project)
