-- Of certificates whose beneficiaries are written anew.
DELETE FROM eac_beneficiary WHERE cds_eac_id = ANY (:names::text[])
