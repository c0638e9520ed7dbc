-- The tables of one instance. The pair of this file is ../sqlite/0001_ground.sql: same tables, same columns.
-- Moments are milliseconds since 1970, truth values are 0 or 1.

CREATE TABLE instance (
    one          INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    id           UUID NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    jurisdiction TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    key          BYTEA NOT NULL
);

CREATE TABLE kind (
    no           INTEGER NOT NULL PRIMARY KEY,
    name         TEXT COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE record (
    num          BIGSERIAL PRIMARY KEY,
    id           UUID NOT NULL,
    kind         INTEGER NOT NULL REFERENCES kind (no),
    version      BIGINT NOT NULL,
    home         UUID NOT NULL,
    tenure       BIGINT NOT NULL,
    subject      UUID,
    province     TEXT COLLATE "C",
    created_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    account      UUID,
    plugin       TEXT,
    deleted      SMALLINT NOT NULL,
    body         TEXT NOT NULL,
    u1 TEXT COLLATE "C", u2 TEXT COLLATE "C", u3 TEXT COLLATE "C",
    i1 TEXT COLLATE "C", i2 TEXT COLLATE "C", i3 TEXT COLLATE "C",
    i4 TEXT COLLATE "C", i5 TEXT COLLATE "C", i6 TEXT COLLATE "C"
);
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
    id           UUID NOT NULL,
    version      BIGINT NOT NULL,
    kind         INTEGER NOT NULL,
    home         UUID NOT NULL,
    tenure       BIGINT NOT NULL,
    subject      UUID,
    province     TEXT COLLATE "C",
    created_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    account      UUID,
    plugin       TEXT,
    deleted      SMALLINT NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (id, version)
);

-- `entry` is the order in which writers asked for a number, which is not the order in which they commit: a reader that
-- went by it would pass over a row that commits late. So readers see `seq`, which the sequencer gives to committed rows only.
CREATE TABLE change (
    entry        BIGSERIAL PRIMARY KEY,
    seq          BIGINT,
    at           BIGINT NOT NULL,
    kind         INTEGER NOT NULL,
    record       UUID NOT NULL,
    version      BIGINT NOT NULL,
    operation    SMALLINT NOT NULL,
    account      UUID,
    plugin       TEXT
);
CREATE UNIQUE INDEX change_seq ON change (seq) WHERE seq IS NOT NULL;
CREATE INDEX change_unsequenced ON change (entry) WHERE seq IS NULL;
CREATE FUNCTION refuse_deleting_a_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a change is never deleted';
END $$;
CREATE TRIGGER change_is_kept BEFORE DELETE OR TRUNCATE ON change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deleting_a_change();

-- The last number that the sequencer gave. Whoever numbers holds this row.
CREATE TABLE log_head (
    one          INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    seq          BIGINT NOT NULL
);
INSERT INTO log_head (one, seq) VALUES (1, 0);

-- The name of a reader of the log, and where it stands.
CREATE TABLE cursor (
    reader       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    seq          BIGINT NOT NULL
);

-- `num` is the record's. Words come folded from the caller and each begins with the character of its kind, so that one index
-- serves every kind.
CREATE TABLE search (
    num          BIGINT NOT NULL PRIMARY KEY,
    words        TSVECTOR NOT NULL
);
CREATE INDEX search_words ON search USING gin (words);

CREATE TABLE tally (
    dimension    TEXT COLLATE "C" NOT NULL,
    key          TEXT COLLATE "C" NOT NULL,
    amount       BIGINT NOT NULL,
    PRIMARY KEY (dimension, key)
);

CREATE TABLE account (
    id           UUID NOT NULL PRIMARY KEY,
    email        TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    password_hash TEXT NOT NULL,
    person       UUID,
    language     TEXT NOT NULL,
    disabled     SMALLINT NOT NULL,
    wrong_count  BIGINT NOT NULL,
    wait_until   BIGINT,
    secret_until BIGINT,
    created_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_email ON account (email);

CREATE TABLE role_grant (
    account      UUID NOT NULL REFERENCES account (id),
    role         TEXT COLLATE "C" NOT NULL,
    scope        TEXT COLLATE "C" NOT NULL,
    granted_at   BIGINT NOT NULL,
    granted_by   UUID,
    PRIMARY KEY (account, role, scope)
);

CREATE TABLE session (
    hash         BYTEA NOT NULL PRIMARY KEY,
    account      UUID NOT NULL REFERENCES account (id),
    csrf         BYTEA NOT NULL,
    created_at   BIGINT NOT NULL,
    used_at      BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_used ON session (used_at);

CREATE TABLE token (
    id           UUID NOT NULL PRIMARY KEY,
    account      UUID NOT NULL REFERENCES account (id),
    name         TEXT COLLATE "C" NOT NULL,
    hash         BYTEA NOT NULL,
    created_at   BIGINT NOT NULL,
    used_at      BIGINT,
    expires_at   BIGINT
);
CREATE UNIQUE INDEX token_hash ON token (hash);
CREATE INDEX token_account ON token (account);

CREATE TABLE plugin (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version      TEXT NOT NULL,
    bundle       BYTEA NOT NULL,
    manifest     TEXT NOT NULL,
    state        TEXT NOT NULL,
    reason       TEXT,
    installed_at BIGINT NOT NULL,
    installed_by UUID
);

CREATE TABLE capability_grant (
    plugin       TEXT COLLATE "C" NOT NULL REFERENCES plugin (id),
    capability   TEXT COLLATE "C" NOT NULL,
    granted_at   BIGINT NOT NULL,
    granted_by   UUID,
    PRIMARY KEY (plugin, capability)
);

-- Who sends without an account has the nil id.
CREATE TABLE idempotency (
    account      UUID NOT NULL,
    key          TEXT COLLATE "C" NOT NULL,
    request_hash BYTEA NOT NULL,
    status       INTEGER NOT NULL,
    answer       TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE INDEX idempotency_at ON idempotency (at);
