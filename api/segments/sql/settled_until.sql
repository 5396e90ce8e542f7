-- An instant at or before which no open transaction records anything.
SELECT granted.settled_until()
