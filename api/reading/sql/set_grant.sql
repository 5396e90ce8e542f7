-- Narrows the views of schema granted to one request's grant. NULL is everything; :details says
-- whether the grant includes OPTIONAL fields. With an instant (:as_of) the views of granted_as_of
-- come first; they show the data published at that instant. Answers the facts that a listing needs
-- first: the time by the database's clock, which also stamps recorded_at; the time zones that cut
-- time into days; and the schema's version. Plans: on plain tables one plan serves all arguments,
-- and planning would cost 1.5 ms per statement. On hypertables only a plan for the arguments
-- excludes chunks early (1,000 chunks: 25 ms per statement with one plan for all, 5 ms without).
SELECT clock_timestamp() AS opened_at,
  granted.timezones() AS timezones,
  (SELECT max(m.number) FROM schema_migration m) AS schema_version,
  set_config('gridfeed.projects', coalesce(:projects::text[]::text, '*'), false),
  set_config('gridfeed.production_formats', coalesce(:production_formats::text[]::text, '*'),
    false),
  set_config('gridfeed.details', CASE WHEN :details::boolean THEN 'on' ELSE 'off' END, false),
  set_config('gridfeed.as_of', coalesce(:as_of::timestamptz::text, ''), false),
  set_config('search_path', CASE WHEN :as_of IS NULL THEN 'granted,public'
    ELSE 'granted_as_of,granted,public' END, false),
  set_config('plan_cache_mode', CASE
    WHEN EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = 'timescaledb') THEN 'auto'
    ELSE 'force_generic_plan' END, false)
