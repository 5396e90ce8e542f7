-- The rule of net generation, once for all statements; gridfeed/domain/net.py says which channels
-- are added, and a test compares both.
CREATE FUNCTION granted.has_net(net boolean, gross boolean, station_load boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT net OR gross AND station_load $$;

-- The formats and validities that a project offers, by the series of its visible meters. A contract's
-- share is published of measured energy only.
CREATE OR REPLACE VIEW granted.offering AS
SELECT s.cds_productionproject_id,
  array_agg(DISTINCT s.production_format::text) AS production_formats,
  array_remove(ARRAY[
    CASE WHEN bool_or(s.measured AND (s.gross OR s.net)) AND EXISTS (
        SELECT FROM public.contract_share c
        WHERE c.cds_productionproject_id = s.cds_productionproject_id) THEN 'contracted' END,
    CASE WHEN bool_or(s.net) THEN 'net_metering' END,
    CASE WHEN bool_or(s.gross) THEN 'total_gross' END], NULL) AS reading_validities
FROM (
  SELECT r.cds_productionproject_id, r.production_format,
    r.production_format IN ('scada', 'settlement') AS measured,
    bool_or(r.channel = 'GROSS') AS gross,
    granted.has_net(bool_or(r.channel = 'NET'), bool_or(r.channel = 'GROSS'),
      bool_or(r.channel = 'STATION_LOAD')) AS net
  FROM granted.project_series r
  GROUP BY r.cds_productionproject_id, r.meter_id, r.production_format
) AS s
GROUP BY s.cds_productionproject_id;

GRANT EXECUTE ON FUNCTION granted.has_net(boolean, boolean, boolean) TO gridfeed_reader;
