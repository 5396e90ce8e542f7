-- Only points that have no meter and never had one.
DELETE FROM service_point WHERE servicepoint_number = ANY (:names::text[])
