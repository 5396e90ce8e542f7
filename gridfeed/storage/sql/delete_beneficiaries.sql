-- For certificates whose beneficiaries are written again.
DELETE FROM eac_beneficiary WHERE cds_eac_id = ANY (:names::text[])
