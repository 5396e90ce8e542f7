-- Another number after every declaration: what is declared decides, beside the values themselves, what
-- a table of usage segments says.
CREATE FUNCTION granted.catalogue_version() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT v.version FROM catalogue_version v $$;
REVOKE ALL ON FUNCTION granted.catalogue_version() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION granted.catalogue_version() TO gridfeed_reader;
