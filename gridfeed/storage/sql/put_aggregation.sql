-- synced_at always moves: the content was confirmed. modified_at only with a declared field ($10),
-- of which the members are one.
INSERT INTO aggregation AS a
  (cds_aggregation_id, tenant, aggregation_number, aggregation_types, countries, provinces,
   municipalities, grouped_addresses, grouped_regions)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb
ON CONFLICT (cds_aggregation_id) DO UPDATE SET
  aggregation_number = $3, aggregation_types = $4, countries = $5, provinces = $6,
  municipalities = $7, grouped_addresses = $8, grouped_regions = $9::jsonb,
  modified_at = CASE WHEN $10::boolean THEN clock_timestamp() ELSE a.modified_at END,
  synced_at = clock_timestamp()
