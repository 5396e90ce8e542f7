-- Of projects whose supply mix is written anew.
DELETE FROM supply_mix WHERE cds_productionproject_id = ANY (:names::text[])
