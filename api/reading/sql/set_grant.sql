-- Narrows the views of schema granted to one request's grant; NULL is everything, :details whether
-- it may see OPTIONAL fields. With an instant (:as_of) the views of granted_as_of come first, which
-- show what was published then. Answers what a listing needs beforehand: the database's clock,
-- which also stamps recorded_at, and the calendars that cut time into days; and the schema's
-- version. Plans: on plain tables one plan serves whatever the arguments are, and planning would
-- take 1.5 ms of each statement; on hypertables only a plan for the arguments leaves out chunks
-- early (1,000 chunks: 25 ms a statement with one plan for all, 5 ms without).
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
