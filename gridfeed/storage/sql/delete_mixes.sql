-- For projects whose supply mix is written again.
DELETE FROM supply_mix WHERE cds_productionproject_id = ANY (:names::text[])
