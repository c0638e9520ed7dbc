-- Which account stored which file under its hash: it may name the file in what it writes, and read it back. Nobody else may by the hash alone.
-- The pair of this file is ../sqlite/0013_file_upload.sql.

CREATE TABLE file_upload (
    account UUID NOT NULL REFERENCES account (id),
    hash    BYTEA NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (account, hash)
);
