-- Each privilege that workers, API and commands need on a migrated schema, whether this role has
-- it, and the statement that grants it. Gridfeed's tables are the tables of the owner of the
-- migration log.
WITH own AS (
  SELECT c.oid, c.relname, c.relkind, c.relowner
  FROM pg_class c
  JOIN pg_class m ON m.oid = to_regclass('public.schema_migration')
    AND c.relnamespace = m.relnamespace AND c.relowner = m.relowner
  WHERE c.relkind IN ('r', 'p', 'v')
)
SELECT 'USAGE on schema public' AS privilege,
  has_schema_privilege('public', 'USAGE') AS is_granted,
  format('GRANT USAGE ON SCHEMA public TO %I;', current_user) AS mend
UNION ALL
SELECT format('%s on %s', n.privilege, string_agg(o.relname, ', ' ORDER BY o.relname)), false,
  format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I;', current_user)
FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS n (privilege)
JOIN own o ON (o.relkind <> 'v' OR n.privilege = 'SELECT')
  AND NOT has_table_privilege(o.oid, n.privilege)
GROUP BY n.privilege
UNION ALL
SELECT format('SET ROLE %I', n.rolname), coalesce(pg_has_role(r.oid, 'SET'), false),
  format('GRANT %I TO %I;', n.rolname, current_user)
FROM unnest(ARRAY['gridfeed_reader', 'gridfeed_pusher']) AS n (rolname)
LEFT JOIN pg_roles r USING (rolname)
UNION ALL
-- Only the owner of a hypertable may drop its chunks, which removes old changes.
SELECT format('ownership of %I, to drop its old chunks', o.relname), pg_has_role(o.relowner, 'USAGE'),
  format('GRANT %I TO %I;', pg_get_userbyid(o.relowner), current_user)
FROM own o
WHERE o.relname IN ('change', 'open_minute', 'open_version')
  AND EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'timescaledb')
