-- Every declared field of every account, to compare a file with.
SELECT cds_account_id, tenant, customer_number, account_number, account_name, account_address,
  account_types, account_status, account_entity, account_contacts
FROM account
ORDER BY tenant
