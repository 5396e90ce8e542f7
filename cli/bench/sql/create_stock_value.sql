-- The table of the stock agent.
CREATE TABLE stock_value (
  meter_number text NOT NULL,
  interval_start timestamptz NOT NULL,
  energy_kwh double precision NOT NULL,
  mean_kw double precision NOT NULL,
  peak_kw double precision NOT NULL,
  samples integer NOT NULL,
  covered_seconds double precision NOT NULL,
  PRIMARY KEY (meter_number, interval_start)
)
