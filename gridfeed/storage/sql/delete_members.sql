-- Of aggregations whose members are written anew.
DELETE FROM aggregation_member WHERE cds_aggregation_id = ANY (:names::text[])
