-- synced_at always moves: the content was confirmed. modified_at moves only if a declared field
-- changed (:modified); the members are a declared field.
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
