-- The calendars that a listing of segments has to cut into days.
SELECT DISTINCT p.timezone FROM project p
