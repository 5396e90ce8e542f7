-- synced_at always moves: the content was confirmed. modified_at moves only if a declared field
-- changed (:modified); projects and beneficiaries are declared fields.
INSERT INTO eac AS e
  (cds_eac_id, tenant, eac_format, eac_data_url, period_start, period_end, beneficiary_type,
   eac_numbers)
VALUES (:cds_eac_id, :tenant, :eac_format, :eac_data_url, :period_start, :period_end,
  :beneficiary_type, :eac_numbers)
ON CONFLICT (cds_eac_id) DO UPDATE SET
  eac_format = :eac_format, eac_data_url = :eac_data_url, period_start = :period_start,
  period_end = :period_end, beneficiary_type = :beneficiary_type, eac_numbers = :eac_numbers,
  modified_at = CASE WHEN :modified::boolean THEN clock_timestamp() ELSE e.modified_at END,
  synced_at = clock_timestamp()
