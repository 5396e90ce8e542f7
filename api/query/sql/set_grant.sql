-- Narrows the views of schema granted to one request's grant; NULL is everything. Answers what a
-- listing needs beforehand: the database's clock, which also stamps recorded_at, and the calendars
-- that cut time into days.
SELECT clock_timestamp() AS opened_at,
  granted.timezones() AS timezones,
  set_config('gridfeed.projects', coalesce($1::text[]::text, '*'), false),
  set_config('gridfeed.production_formats', coalesce($2::text[]::text, '*'), false)
