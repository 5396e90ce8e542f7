-- The members themselves are kept.
DELETE FROM aggregation WHERE cds_aggregation_id = ANY (:names::text[])
