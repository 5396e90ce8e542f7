-- Their memberships in lists are deleted with them.
DELETE FROM service_contract WHERE cds_servicecontract_id = ANY (:names::text[])
