-- synced_at always moves: the content was confirmed. modified_at moves only if a declared field
-- changed (:modified). Its account is the tenant's (:tenant). A bound of its time that is NULL is
-- open.
INSERT INTO service_contract AS c
  (cds_servicecontract_id, cds_account_id, cds_productionproject_id, contract_number,
   contract_address, contract_types, contract_entity, contract_status, contract_start,
   contract_end, starts_at, ends_at, service_types)
SELECT :cds_servicecontract_id, a.cds_account_id, :cds_productionproject_id, :contract_number,
  :contract_address, :contract_types, :contract_entity::jsonb, :contract_status, :contract_start,
  :contract_end, coalesce(:starts_at::timestamptz, '-infinity'),
  coalesce(:ends_at::timestamptz, 'infinity'), :service_types
FROM account a
WHERE a.tenant = :tenant
ON CONFLICT (cds_servicecontract_id) DO UPDATE SET
  contract_number = :contract_number, contract_address = :contract_address,
  contract_types = :contract_types, contract_entity = :contract_entity::jsonb,
  contract_status = :contract_status, contract_start = :contract_start,
  contract_end = :contract_end, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
  service_types = :service_types,
  modified_at = CASE WHEN :modified::boolean THEN clock_timestamp() ELSE c.modified_at END,
  synced_at = clock_timestamp()
