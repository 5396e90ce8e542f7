-- For certificates whose projects are written again.
DELETE FROM eac_project WHERE cds_eac_id = ANY (:names::text[])
