-- The tables of one instance. The pair of this file is ../postgres/0001_ground.sql: same tables, same columns.
-- Ids are 16 bytes, moments are milliseconds since 1970, truth values are 0 or 1.

CREATE TABLE instance (
    one          INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    id           BLOB    NOT NULL,
    name         TEXT    NOT NULL,
    jurisdiction TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    key          BLOB    NOT NULL
) STRICT;

CREATE TABLE kind (
    no   INTEGER NOT NULL PRIMARY KEY,
    name TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE record (
    num        INTEGER NOT NULL PRIMARY KEY,
    id         BLOB    NOT NULL,
    kind       INTEGER NOT NULL REFERENCES kind (no),
    version    INTEGER NOT NULL,
    home       BLOB    NOT NULL,
    tenure     INTEGER NOT NULL,
    subject    BLOB,
    province   TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    account    BLOB,
    plugin     TEXT,
    deleted    INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    u1 TEXT, u2 TEXT, u3 TEXT,
    i1 TEXT, i2 TEXT, i3 TEXT, i4 TEXT, i5 TEXT, i6 TEXT
) STRICT;
CREATE UNIQUE INDEX record_id ON record (id);
CREATE INDEX record_kind ON record (kind, id) WHERE deleted = 0;
CREATE INDEX record_province ON record (kind, province, id) WHERE province IS NOT NULL AND deleted = 0;
CREATE INDEX record_subject ON record (kind, subject, id) WHERE subject IS NOT NULL AND deleted = 0;
CREATE UNIQUE INDEX record_u1 ON record (kind, u1) WHERE u1 IS NOT NULL;
CREATE UNIQUE INDEX record_u2 ON record (kind, u2) WHERE u2 IS NOT NULL;
CREATE UNIQUE INDEX record_u3 ON record (kind, u3) WHERE u3 IS NOT NULL;
CREATE INDEX record_i1 ON record (kind, i1, id) WHERE i1 IS NOT NULL;
CREATE INDEX record_i2 ON record (kind, i2, id) WHERE i2 IS NOT NULL;
CREATE INDEX record_i3 ON record (kind, i3, id) WHERE i3 IS NOT NULL;
CREATE INDEX record_i4 ON record (kind, i4, id) WHERE i4 IS NOT NULL;
CREATE INDEX record_i5 ON record (kind, i5, id) WHERE i5 IS NOT NULL;
CREATE INDEX record_i6 ON record (kind, i6, id) WHERE i6 IS NOT NULL;

-- What a record was before its last write. Erasing a person's data is a matter of `record` and of this table.
CREATE TABLE record_version (
    id         BLOB    NOT NULL,
    version    INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    home       BLOB    NOT NULL,
    tenure     INTEGER NOT NULL,
    subject    BLOB,
    province   TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    account    BLOB,
    plugin     TEXT,
    deleted    INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;

-- One writer at a time: the row number is the place in the log, given in the writer's own transaction. Rows are never
-- deleted, so the next number is always the highest plus one, also after a transaction was rolled back.
CREATE TABLE change (
    seq       INTEGER NOT NULL PRIMARY KEY,
    at        INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    record    BLOB    NOT NULL,
    version   INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    account   BLOB,
    plugin    TEXT
) STRICT;
CREATE TRIGGER change_is_kept BEFORE DELETE ON change
BEGIN
    SELECT RAISE(ABORT, 'a change is never deleted');
END;

-- The name of a reader of the log, and where it stands.
CREATE TABLE cursor (
    reader TEXT    NOT NULL PRIMARY KEY,
    seq    INTEGER NOT NULL
) STRICT;

-- The row number is the record's. Words come folded from the caller, so that the tokenizer has nothing to do but cut at
-- spaces; each begins with the character of its kind, so a prefix of four is three letters of a word.
CREATE VIRTUAL TABLE search USING fts5(
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '3 4'
);

CREATE TABLE tally (
    dimension TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    amount    INTEGER NOT NULL,
    PRIMARY KEY (dimension, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    id            BLOB    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    person        BLOB,
    language      TEXT    NOT NULL,
    disabled      INTEGER NOT NULL,
    wrong_count   INTEGER NOT NULL,
    wait_until    INTEGER,
    secret_until  INTEGER,
    created_at    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_email ON account (email);

CREATE TABLE role_grant (
    account    BLOB    NOT NULL REFERENCES account (id),
    role       TEXT    NOT NULL,
    scope      TEXT    NOT NULL,
    granted_at INTEGER NOT NULL,
    granted_by BLOB,
    PRIMARY KEY (account, role, scope)
) STRICT;

CREATE TABLE session (
    hash       BLOB    NOT NULL PRIMARY KEY,
    account    BLOB    NOT NULL REFERENCES account (id),
    csrf       BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX session_account ON session (account);
CREATE INDEX session_used ON session (used_at);

CREATE TABLE token (
    id         BLOB    NOT NULL PRIMARY KEY,
    account    BLOB    NOT NULL REFERENCES account (id),
    name       TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER,
    expires_at INTEGER
) STRICT;
CREATE UNIQUE INDEX token_hash ON token (hash);
CREATE INDEX token_account ON token (account);

CREATE TABLE plugin (
    id           TEXT    NOT NULL PRIMARY KEY,
    version      TEXT    NOT NULL,
    bundle       BLOB    NOT NULL,
    manifest     TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    reason       TEXT,
    installed_at INTEGER NOT NULL,
    installed_by BLOB
) STRICT;

CREATE TABLE capability_grant (
    plugin     TEXT    NOT NULL REFERENCES plugin (id),
    capability TEXT    NOT NULL,
    granted_at INTEGER NOT NULL,
    granted_by BLOB,
    PRIMARY KEY (plugin, capability)
) STRICT;

-- Who sends without an account has the nil id.
CREATE TABLE idempotency (
    account      BLOB    NOT NULL,
    key          TEXT    NOT NULL,
    request_hash BLOB    NOT NULL,
    status       INTEGER NOT NULL,
    answer       TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) STRICT;
CREATE INDEX idempotency_at ON idempotency (at);
