SELECT granted.settled_until()
