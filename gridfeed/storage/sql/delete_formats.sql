-- Certificates of the format are deleted earlier.
DELETE FROM eac_format WHERE eac_format = ANY (:names::text[])
