-- No view and no program asks for the oldest transaction in flight any more.
DROP FUNCTION IF EXISTS granted.oldest_in_flight();
