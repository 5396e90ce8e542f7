-- How far housekeeping has thinned: of intervals whose last open value was replaced before
-- open_versions_until, one open value a minute is left; of the updates of open intervals recorded
-- before changes_until, the newest of each ten minutes.
CREATE TABLE thinned (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  open_versions_until timestamptz NOT NULL DEFAULT '-infinity',
  changes_until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO thinned DEFAULT VALUES;
