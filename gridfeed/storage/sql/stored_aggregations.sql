-- Every declared field of every aggregation, its members by name or number.
SELECT a.cds_aggregation_id, a.tenant, a.aggregation_number, a.aggregation_types,
  bool_or(m.cds_account_id IS NOT NULL) AS account,
  array_agg(m.cds_servicecontract_id ORDER BY m.cds_servicecontract_id COLLATE "C")
    FILTER (WHERE m.cds_servicecontract_id IS NOT NULL) AS contracts,
  array_agg(p.servicepoint_number ORDER BY p.servicepoint_number COLLATE "C")
    FILTER (WHERE p.servicepoint_number IS NOT NULL) AS points,
  array_agg(d.meter_number ORDER BY d.meter_number COLLATE "C")
    FILTER (WHERE d.meter_number IS NOT NULL) AS meters,
  array_agg(m.grouped_aggregation_id ORDER BY m.grouped_aggregation_id COLLATE "C")
    FILTER (WHERE m.grouped_aggregation_id IS NOT NULL) AS aggregations,
  a.countries, a.provinces, a.municipalities, a.grouped_addresses, a.grouped_regions
FROM aggregation a
LEFT JOIN aggregation_member m USING (cds_aggregation_id)
LEFT JOIN service_point p USING (cds_servicepoint_id)
LEFT JOIN meter d USING (meter_id)
GROUP BY a.cds_aggregation_id
ORDER BY a.cds_aggregation_id
