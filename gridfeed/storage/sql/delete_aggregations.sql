-- Its members stay what they are.
DELETE FROM aggregation WHERE cds_aggregation_id = ANY (:names::text[])
