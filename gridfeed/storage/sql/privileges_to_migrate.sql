-- Each privilege that `gridfeed migrate` needs, whether this role has it, and the SQL to grant it.
WITH me AS (
  SELECT r.rolname, r.rolsuper, r.rolcreaterole FROM pg_roles r WHERE r.rolname = current_user
), needed_role AS (
  SELECT n.rolname, r.oid
  FROM unnest(ARRAY['gridfeed_reader', 'gridfeed_pusher']) AS n (rolname)
  LEFT JOIN pg_roles r USING (rolname)
), extension AS (
  SELECT a.name, bool_or(v.trusted) AS is_trusted, a.installed_version IS NOT NULL AS is_installed
  FROM pg_available_extensions a
  JOIN pg_available_extension_versions v USING (name)
  WHERE a.name = 'timescaledb'
  GROUP BY a.name, a.installed_version
)
SELECT format('CREATE on database %I', current_database()) AS privilege,
  has_database_privilege(current_database(), 'CREATE') AS is_granted,
  format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user) AS mend
UNION ALL
SELECT 'CREATE on schema public',
  coalesce(has_schema_privilege(to_regnamespace('public')::oid, 'CREATE'), false),
  CASE WHEN to_regnamespace('public') IS NULL THEN 'CREATE SCHEMA public; ' ELSE '' END
    || format('GRANT USAGE, CREATE ON SCHEMA public TO %I;', current_user)
UNION ALL
-- Views name their tables as public.…
SELECT 'public as the first schema of the search path', current_schema() IS NOT DISTINCT FROM 'public',
  format('ALTER ROLE %I IN DATABASE %I SET search_path = public;', current_user, current_database())
UNION ALL
-- An existing role is enough; only its creator or its administrator can grant it to himself.
SELECT format('creation of role %I', n.rolname), me.rolsuper OR me.rolcreaterole,
  format('CREATE ROLE %I NOLOGIN; GRANT %I TO %I;', n.rolname, n.rolname, current_user)
FROM needed_role n CROSS JOIN me WHERE n.oid IS NULL
UNION ALL
SELECT format('membership in role %I', n.rolname),
  pg_has_role(n.oid, 'SET') OR pg_has_role(n.oid, 'MEMBER WITH ADMIN OPTION'),
  format('GRANT %I TO %I;', n.rolname, current_user)
FROM needed_role n WHERE n.oid IS NOT NULL
UNION ALL
SELECT 'creation of extension timescaledb',
  me.rolsuper OR e.is_trusted AND has_database_privilege(current_database(), 'CREATE'),
  'CREATE EXTENSION timescaledb;'
FROM extension e CROSS JOIN me WHERE NOT e.is_installed
UNION ALL
-- Without it, CREATE EXTENSION ends the session. A role that may not see the setting gets no row.
SELECT 'library timescaledb, loaded by the server', s.setting LIKE '%timescaledb%',
  $$ALTER SYSTEM SET shared_preload_libraries = 'timescaledb'; -- then restart the server$$
FROM extension e CROSS JOIN pg_settings s
WHERE NOT e.is_installed AND s.name = 'shared_preload_libraries'
UNION ALL
SELECT format('ownership of the tables, which are %I''s', o.rolname), pg_has_role(o.oid, 'USAGE'),
  format('GRANT %I TO %I;', o.rolname, current_user)
FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner
WHERE c.oid = to_regclass('public.schema_migration')
