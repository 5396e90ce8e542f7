-- A project's shares are replaced as a whole.
DELETE FROM contract_share WHERE cds_productionproject_id = ANY (:projects::text[])
