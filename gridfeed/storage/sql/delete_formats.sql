-- Certificates of the format are deleted before.
DELETE FROM eac_format WHERE eac_format = ANY (:names::text[])
