-- From here on statements are planned as they were before `plan_for_arguments`, which said how
-- (:mode).
SELECT set_config('plan_cache_mode', :mode, false)
