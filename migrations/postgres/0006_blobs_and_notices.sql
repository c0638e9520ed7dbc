-- Files that plugins keep, and notices to people.
-- The pair of this file is ../sqlite/0006_blobs_and_notices.sql.

-- `hash` is the SHA-256 of the bytes; `file` names the file that holds them, which belongs to this row alone.
CREATE TABLE blob (
    plugin     TEXT COLLATE "C" NOT NULL REFERENCES plugin (id),
    hash       BYTEA NOT NULL,
    file       UUID NOT NULL UNIQUE,
    bytes      BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (plugin, hash)
);
CREATE INDEX blob_age ON blob (plugin, created_at, hash);

-- One row for each plugin that keeps files. Writers of a plugin's files take it first and so follow each other.
CREATE TABLE blob_usage (
    plugin TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES plugin (id),
    items  BIGINT NOT NULL,
    bytes  BIGINT NOT NULL
);

-- What a plugin tells an account: a message of its locales, with `args` as a JSON object of texts. A deleted one is kept for a while, so
-- that it can be brought back.
CREATE TABLE notice (
    id         UUID NOT NULL PRIMARY KEY,
    account    UUID NOT NULL REFERENCES account (id),
    plugin     TEXT COLLATE "C" NOT NULL REFERENCES plugin (id),
    key        TEXT NOT NULL,
    args       TEXT NOT NULL,
    link       TEXT,
    created_at BIGINT NOT NULL,
    read_at    BIGINT,
    deleted_at BIGINT
);
CREATE INDEX notice_account ON notice (account, id);
CREATE INDEX notice_unread ON notice (account) WHERE read_at IS NULL AND deleted_at IS NULL;
CREATE INDEX notice_plugin ON notice (plugin);
CREATE INDEX notice_deleted ON notice (deleted_at) WHERE deleted_at IS NOT NULL;

-- To whom a notice goes: the accounts of a person, the holders of a role.
CREATE INDEX account_person ON account (person) WHERE person IS NOT NULL;
CREATE INDEX role_grant_role ON role_grant (role, account);
