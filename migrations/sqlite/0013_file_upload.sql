-- Which account stored which file under its hash: it may name the file in what it writes, and read it back. Nobody else may by the hash alone.
-- The pair of this file is ../postgres/0013_file_upload.sql.

CREATE TABLE file_upload (
    account BLOB NOT NULL REFERENCES account (id),
    hash    BLOB NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;
