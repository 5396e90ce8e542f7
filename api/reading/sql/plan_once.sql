-- The feed is read by position, which leaves out no chunk: planning anew each time finds nothing.
SET plan_cache_mode = 'force_generic_plan'
