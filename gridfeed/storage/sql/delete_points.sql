-- Only such as have no meter and had none.
DELETE FROM service_point WHERE servicepoint_number = ANY (:names::text[])
