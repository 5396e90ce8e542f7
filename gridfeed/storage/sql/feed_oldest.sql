-- Up to where the feed has been trimmed: a cursor before it cannot be gone on from.
SELECT f.xid, f.seq FROM feed_floor f
