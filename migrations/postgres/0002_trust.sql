-- Who may sign plugins, and what was taken back. The pair of this file is ../sqlite/0002_trust.sql.

-- A root that was removed stays, so that no program brings it back by itself.
CREATE TABLE trust_root (
    key        BYTEA  NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    level      TEXT   NOT NULL,
    prefixes   TEXT   NOT NULL,
    until      TEXT,
    added_at   BIGINT NOT NULL,
    removed_at BIGINT
);

-- Whoever signed a plugin that was installed, as the certificate had it then.
CREATE TABLE publisher (
    key      BYTEA  NOT NULL PRIMARY KEY,
    name     TEXT COLLATE "C" NOT NULL,
    level    TEXT   NOT NULL,
    prefixes TEXT   NOT NULL,
    until    TEXT,
    root     BYTEA,
    seen_at  BIGINT NOT NULL
);

-- The newest list of each issuer, as it was signed.
CREATE TABLE revocation_list (
    issuer      BYTEA  NOT NULL PRIMARY KEY,
    body        TEXT   NOT NULL,
    imported_at BIGINT NOT NULL
);

-- The highest version of each plugin that was installed. It outlives the plugin.
CREATE TABLE plugin_highest (
    plugin  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version TEXT   NOT NULL,
    seen_at BIGINT NOT NULL
);

-- Plugins that were installed before this migration were signed by nobody.
ALTER TABLE plugin ADD COLUMN level TEXT NOT NULL DEFAULT 'local';
ALTER TABLE plugin ADD COLUMN publisher BYTEA;
ALTER TABLE plugin ADD COLUMN signature TEXT;
