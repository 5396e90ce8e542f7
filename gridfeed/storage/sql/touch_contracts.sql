-- The number of its account is a field of a contract.
UPDATE service_contract c SET modified_at = clock_timestamp()
FROM account a
WHERE a.cds_account_id = c.cds_account_id AND a.cds_account_id = ANY (:accounts::text[])
