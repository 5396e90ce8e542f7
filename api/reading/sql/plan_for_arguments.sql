-- From here on, each statement of the session is planned for its arguments. The best index for
-- finding changes depends on the instant after which they happened (2 M rows, an hour's changes:
-- 35 ms with such a plan, 8 s with one plan for all arguments). Answers the former setting.
SELECT current_setting('plan_cache_mode') AS before,
  set_config('plan_cache_mode', 'force_custom_plan', false)
