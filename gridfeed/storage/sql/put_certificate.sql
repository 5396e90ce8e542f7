-- synced_at always moves: the content was confirmed. modified_at only with a declared field ($9), of
-- which projects and beneficiaries are two.
INSERT INTO eac AS e
  (cds_eac_id, tenant, eac_format, eac_data_url, period_start, period_end, beneficiary_type,
   eac_numbers)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (cds_eac_id) DO UPDATE SET
  eac_format = $3, eac_data_url = $4, period_start = $5, period_end = $6, beneficiary_type = $7,
  eac_numbers = $8,
  modified_at = CASE WHEN $9::boolean THEN clock_timestamp() ELSE e.modified_at END,
  synced_at = clock_timestamp()
