-- From here on, statements are planned as before `plan_for_arguments`. :mode is the answer that
-- `plan_for_arguments` gave.
SELECT set_config('plan_cache_mode', :mode, false)
