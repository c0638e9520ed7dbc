-- Under which codes a record is looked for when another may be the same: kept by a reader of the log, and made anew from it at any time.
-- The pair of this file is ../postgres/0009_duplicate_key.sql.

-- A code begins with the place; records that share one are compared.
CREATE TABLE duplicate_key (
    kind   INTEGER NOT NULL REFERENCES kind (no),
    code   TEXT    NOT NULL,
    record BLOB    NOT NULL,
    PRIMARY KEY (kind, code, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_key_record ON duplicate_key (record);
