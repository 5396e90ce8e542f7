-- Every declared project, so that a reader who follows an undeclared project can be told.
SELECT p.cds_productionproject_id FROM project p
