-- All runs of a project are replaced together: two runs may exchange their codes.
DELETE FROM settlement_run WHERE cds_productionproject_id = ANY (:projects::text[])
