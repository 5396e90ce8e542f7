-- synced_at always moves: the content was confirmed. modified_at only with a declared field ($13).
-- Its account is the tenant's ($2); NULL is an open side of its time.
INSERT INTO service_contract AS c
  (cds_servicecontract_id, cds_account_id, cds_productionproject_id, contract_number,
   contract_address, contract_types, contract_entity, contract_status, contract_start,
   contract_end, starts_at, ends_at, service_types)
SELECT $1, a.cds_account_id, $3, $4, $5, $6, $7::jsonb, $8, $9, $10,
  coalesce($11::timestamptz, '-infinity'), coalesce($12::timestamptz, 'infinity'), $14
FROM account a
WHERE a.tenant = $2
ON CONFLICT (cds_servicecontract_id) DO UPDATE SET
  contract_number = $4, contract_address = $5, contract_types = $6, contract_entity = $7::jsonb,
  contract_status = $8, contract_start = $9, contract_end = $10,
  starts_at = excluded.starts_at, ends_at = excluded.ends_at, service_types = $14,
  modified_at = CASE WHEN $13::boolean THEN clock_timestamp() ELSE c.modified_at END,
  synced_at = clock_timestamp()
