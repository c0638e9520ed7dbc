-- What the reader of the log keeps of a cooperative says whose register it is in, so counts are split by home too. They begin again from the
-- start of the log. The pair of this file is ../sqlite/0017_tally_home.sql.
DELETE FROM tally WHERE dimension LIKE 'registry.%' OR dimension LIKE 'recount.%';
DELETE FROM tally_memo WHERE reader IN ('registry.tally', 'registry.recount');
DELETE FROM cursor WHERE reader IN ('registry.tally', 'registry.recount');
