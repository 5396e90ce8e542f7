-- Register reads show in usage segments (`meter_readings`), so what asks whether a segment changed has
-- to see them arrive. xid: the transaction that wrote a read, as in change.
ALTER TABLE register_read ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX register_read_by_xid ON register_read (xid);
-- Reads are written in about the order in which they are recorded.
CREATE INDEX register_read_by_recording ON register_read USING brin (recorded_at);
