-- For aggregations whose members are written again.
DELETE FROM aggregation_member WHERE cds_aggregation_id = ANY (:names::text[])
