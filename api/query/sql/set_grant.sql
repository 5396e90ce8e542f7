-- Narrows the views of schema granted to one request's grant; NULL is everything. The answer is the
-- database's clock, which also stamps recorded_at: a listing that starts now is told by it.
SELECT clock_timestamp() AS opened_at,
  set_config('gridfeed.projects', coalesce($1::text[]::text, '*'), false),
  set_config('gridfeed.production_formats', coalesce($2::text[]::text, '*'), false)
