-- No upsert: a conflict would use up a meter_id at every apply. $2 is its newest project.
INSERT INTO meter
  (meter_number, cds_productionproject_id, capacity_kw, integration, hold_limit_seconds,
   station_load_kw)
VALUES ($1, $2, $3, $4, $5, $6)
