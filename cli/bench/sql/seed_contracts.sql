-- A contract of twenty years for every project: there are days before, under and after it.
INSERT INTO service_contract (cds_servicecontract_id, cds_account_id, cds_productionproject_id,
  contract_number, contract_address, contract_types, service_types, starts_at, ends_at)
SELECT 'bench-' || p.cds_productionproject_id, a.cds_account_id, p.cds_productionproject_id,
  p.cds_productionproject_id, '', '{gridfeed_ppa}', '{electric,generation}',
  '2020-01-01T00:00Z', '2040-01-01T00:00Z'
FROM project p JOIN account a USING (tenant)
