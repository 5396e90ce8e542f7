-- Of certificates whose projects are written anew.
DELETE FROM eac_project WHERE cds_eac_id = ANY (:names::text[])
