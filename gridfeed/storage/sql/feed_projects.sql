-- Every project that is declared, to tell whoever follows one that is not.
SELECT p.cds_productionproject_id FROM project p
