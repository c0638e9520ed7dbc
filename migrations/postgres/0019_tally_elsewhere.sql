-- What the reader of the log counts of other homes stands apart from this instance's own register. The counts begin again from the start of the
-- log. The pair of this file is ../sqlite/0019_tally_elsewhere.sql.
DELETE FROM tally WHERE dimension LIKE 'registry.%' OR dimension LIKE 'recount.%';
DELETE FROM tally_memo WHERE reader IN ('registry.tally', 'registry.recount');
DELETE FROM cursor WHERE reader IN ('registry.tally', 'registry.recount');
