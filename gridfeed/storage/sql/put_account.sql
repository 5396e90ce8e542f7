-- synced_at always moves: the content was confirmed. modified_at moves only if a declared field
-- changed (:modified).
INSERT INTO account AS a
  (cds_account_id, tenant, customer_number, account_number, account_name, account_address,
   account_types, account_status, account_entity, account_contacts)
SELECT :cds_account_id, :tenant, :customer_number, :account_number, :account_name, :account_address,
  :account_types, :account_status, :account_entity::jsonb, :account_contacts::jsonb
ON CONFLICT (cds_account_id) DO UPDATE SET
  customer_number = :customer_number, account_number = :account_number,
  account_name = :account_name, account_address = :account_address, account_types = :account_types,
  account_status = :account_status, account_entity = :account_entity::jsonb,
  account_contacts = :account_contacts::jsonb,
  modified_at = CASE WHEN :modified::boolean THEN clock_timestamp() ELSE a.modified_at END,
  synced_at = clock_timestamp()
