-- The feed is read by position, which excludes no chunk, so planning for each call gains nothing.
SET plan_cache_mode = 'force_generic_plan'
