-- Lets every open transaction of a worker end first and makes the next ones wait. A worker's
-- transaction begins with an update of this table (hold_fence), so none spans the change of the
-- schema.
LOCK TABLE ingest_source IN EXCLUSIVE MODE
