-- Every declared field of every account, for comparison with a file.
SELECT cds_account_id, tenant, customer_number, account_number, account_name, account_address,
  account_types, account_status, account_entity, account_contacts
FROM account
ORDER BY tenant
