-- From here on each statement of the session is planned for its arguments: which index finds what
-- changed depends on since when (2 M rows, an hour's changes: 35 ms so, 8 s with one plan for all).
-- Answers how statements were planned before.
SELECT current_setting('plan_cache_mode') AS before,
  set_config('plan_cache_mode', 'force_custom_plan', false)
