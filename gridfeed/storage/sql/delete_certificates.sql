-- The certificate's projects and beneficiaries themselves are kept.
DELETE FROM eac WHERE cds_eac_id = ANY (:names::text[])
