-- synced_at always moves: the content was confirmed. modified_at only with a declared field
-- (:modified), of which the members are one.
INSERT INTO aggregation AS a
  (cds_aggregation_id, tenant, aggregation_number, aggregation_types, countries, provinces,
   municipalities, grouped_addresses, grouped_regions)
SELECT :cds_aggregation_id, :tenant, :aggregation_number, :aggregation_types, :countries,
  :provinces, :municipalities, :grouped_addresses, :grouped_regions::jsonb
ON CONFLICT (cds_aggregation_id) DO UPDATE SET
  aggregation_number = :aggregation_number, aggregation_types = :aggregation_types,
  countries = :countries, provinces = :provinces, municipalities = :municipalities,
  grouped_addresses = :grouped_addresses, grouped_regions = :grouped_regions::jsonb,
  modified_at = CASE WHEN :modified::boolean THEN clock_timestamp() ELSE a.modified_at END,
  synced_at = clock_timestamp()
