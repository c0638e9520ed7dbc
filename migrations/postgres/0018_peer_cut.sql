-- Since when the line to a peer is cut by its switch; none while it is not, and where it was cut before this was kept.
-- The pair of this file is ../sqlite/0018_peer_cut.sql.
ALTER TABLE fed_peer ADD COLUMN cut_at BIGINT;
