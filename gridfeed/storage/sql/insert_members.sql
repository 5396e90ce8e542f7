-- Each row has one kind of member; the account is the tenant's.
INSERT INTO aggregation_member
  (cds_aggregation_id, cds_account_id, cds_servicecontract_id, cds_servicepoint_id, meter_id,
   grouped_aggregation_id)
SELECT t.aggregation, a.cds_account_id, t.contract, p.cds_servicepoint_id, m.meter_id, t.grouped
FROM unnest(:aggregation::text[], :tenant::text[], :contract::text[], :point::text[],
  :meter::text[], :grouped::text[])
  AS t (aggregation, tenant, contract, point, meter, grouped)
LEFT JOIN account a ON a.tenant = t.tenant
LEFT JOIN service_point p ON p.servicepoint_number = t.point
LEFT JOIN meter m ON m.meter_number = t.meter
