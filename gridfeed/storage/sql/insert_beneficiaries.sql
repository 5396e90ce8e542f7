-- A beneficiary is a contract, or the account of the tenant.
INSERT INTO eac_beneficiary (cds_eac_id, cds_account_id, cds_servicecontract_id)
SELECT t.certificate, a.cds_account_id, t.contract
FROM unnest(:certificate::text[], :tenant::text[], :contract::text[])
  AS t (certificate, tenant, contract)
LEFT JOIN account a ON a.tenant = t.tenant
