-- No transaction that is still in flight records anything at or before this instant.
SELECT granted.settled_until()
