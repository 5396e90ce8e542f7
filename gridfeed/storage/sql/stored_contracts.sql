-- Every declared field of every service contract; a bound of its time that is NULL is open.
SELECT c.cds_servicecontract_id, a.tenant, c.cds_productionproject_id, c.contract_number,
  c.contract_address, c.contract_types, c.contract_entity, c.contract_status, c.contract_start,
  c.contract_end, nullif(c.starts_at, '-infinity') AS starts_at,
  nullif(c.ends_at, 'infinity') AS ends_at, c.service_types
FROM service_contract c JOIN account a USING (cds_account_id)
ORDER BY c.cds_servicecontract_id
