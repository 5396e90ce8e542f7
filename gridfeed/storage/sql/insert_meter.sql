-- No upsert: each conflict would use up a meter_id at every apply. :cds_productionproject_id is the
-- meter's newest project.
INSERT INTO meter
  (meter_number, cds_productionproject_id, capacity_kw, integration, hold_limit_seconds,
   station_load_kw)
VALUES (:meter_number, :cds_productionproject_id, :capacity_kw, :integration, :hold_limit_seconds,
  :station_load_kw)
