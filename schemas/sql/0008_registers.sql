-- What registers showed, verbatim: the energies between reads are computed when they are asked for.
-- multiplier: kWh per unit, from this read on. The same read again changes nothing, so of a read that
-- came twice the first offset stands, and two different reads of one instant keep their order.
CREATE TABLE register_read (
  meter_id integer NOT NULL,
  register text NOT NULL,
  digits integer NOT NULL CHECK (digits BETWEEN 1 AND 12),
  multiplier numeric NOT NULL CHECK (multiplier > 0),
  value text NOT NULL,
  read_at timestamptz NOT NULL,
  source_id integer NOT NULL,
  kafka_offset bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  -- The meter and the time lead, because the reads of a span are asked for.
  UNIQUE (meter_id, read_at, register, digits, multiplier, value)
);

-- A read at the instant at which a meter changes project ends one's period and begins the other's.
CREATE VIEW granted.register_read AS
SELECT r.meter_id, r.register, r.digits, r.multiplier, r.value, r.read_at, r.source_id,
  r.kafka_offset, r.recorded_at
FROM public.register_read r
WHERE 'settlement' = ANY ((SELECT granted.production_formats())::public.production_format[])
  AND EXISTS (
    SELECT FROM granted.membership b
    WHERE b.meter_id = r.meter_id AND r.read_at >= b.starts_at AND r.read_at <= b.ends_at);

CREATE VIEW granted_as_of.register_read AS
SELECT r.meter_id, r.register, r.digits, r.multiplier, r.value, r.read_at, r.source_id,
  r.kafka_offset, r.recorded_at
FROM granted.register_read r WHERE r.recorded_at <= (SELECT granted_as_of.instant());

GRANT SELECT ON granted.register_read, granted_as_of.register_read TO gridfeed_reader;
