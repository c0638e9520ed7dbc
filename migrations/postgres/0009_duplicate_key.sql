-- Under which codes a record is looked for when another may be the same: kept by a reader of the log, and made anew from it at any time.
-- The pair of this file is ../sqlite/0009_duplicate_key.sql.

-- A code begins with the place; records that share one are compared.
CREATE TABLE duplicate_key (
    kind   INTEGER NOT NULL REFERENCES kind (no),
    code   TEXT COLLATE "C" NOT NULL,
    record UUID NOT NULL,
    PRIMARY KEY (kind, code, record)
);
CREATE INDEX duplicate_key_record ON duplicate_key (record);
