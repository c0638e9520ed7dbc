-- What a reader of the log keeps of one record, so that the next change of it moves the counts by the difference alone.
-- The pair of this file is ../postgres/0008_tally_memo.sql.
CREATE TABLE tally_memo (
    reader TEXT NOT NULL,
    record BLOB NOT NULL,
    memo   TEXT NOT NULL,
    PRIMARY KEY (reader, record)
) STRICT, WITHOUT ROWID;

-- Counts had rows for each cooperative. They begin again from the start of the log, without those.
DELETE FROM tally WHERE dimension LIKE 'registry.%';
DELETE FROM cursor WHERE reader = 'registry.tally';
