-- Its projects and beneficiaries stay what they are.
DELETE FROM eac WHERE cds_eac_id = ANY (:names::text[])
