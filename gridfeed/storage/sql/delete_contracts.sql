-- Memberships in lists go with it.
DELETE FROM service_contract WHERE cds_servicecontract_id = ANY (:names::text[])
