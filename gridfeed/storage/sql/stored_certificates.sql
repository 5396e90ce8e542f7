-- Every declared field of every certificate; for the types customer and account, a file names no
-- beneficiary.
SELECT e.cds_eac_id, e.tenant, e.eac_format, e.eac_data_url, e.period_start, e.period_end,
  e.beneficiary_type, e.eac_numbers,
  ARRAY(SELECT p.cds_productionproject_id FROM eac_project p WHERE p.cds_eac_id = e.cds_eac_id
    ORDER BY p.cds_productionproject_id COLLATE "C") AS projects,
  ARRAY(SELECT b.cds_servicecontract_id FROM eac_beneficiary b
    WHERE b.cds_eac_id = e.cds_eac_id AND b.cds_servicecontract_id IS NOT NULL
    ORDER BY b.cds_servicecontract_id COLLATE "C") AS contracts
FROM eac e
ORDER BY e.cds_eac_id
