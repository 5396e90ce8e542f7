-- synced_at always moves: the content was confirmed. modified_at only with a declared field ($11).
INSERT INTO account AS a
  (cds_account_id, tenant, customer_number, account_number, account_name, account_address,
   account_types, account_status, account_entity, account_contacts)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb
ON CONFLICT (cds_account_id) DO UPDATE SET
  customer_number = $3, account_number = $4, account_name = $5, account_address = $6,
  account_types = $7, account_status = $8, account_entity = $9::jsonb,
  account_contacts = $10::jsonb,
  modified_at = CASE WHEN $11::boolean THEN clock_timestamp() ELSE a.modified_at END,
  synced_at = clock_timestamp()
