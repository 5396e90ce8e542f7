-- A project's runs are replaced as a whole: two may exchange their codes.
DELETE FROM settlement_run WHERE cds_productionproject_id = ANY (:projects::text[])
