-- Who may sign plugins, and what was taken back. The pair of this file is ../postgres/0002_trust.sql.

-- A root that was removed stays, so that no program brings it back by itself.
CREATE TABLE trust_root (
    key        BLOB    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    level      TEXT    NOT NULL,
    prefixes   TEXT    NOT NULL,
    until      TEXT,
    added_at   INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;

-- Whoever signed a plugin that was installed, as the certificate had it then.
CREATE TABLE publisher (
    key      BLOB    NOT NULL PRIMARY KEY,
    name     TEXT    NOT NULL,
    level    TEXT    NOT NULL,
    prefixes TEXT    NOT NULL,
    until    TEXT,
    root     BLOB,
    seen_at  INTEGER NOT NULL
) STRICT;

-- The newest list of each issuer, as it was signed.
CREATE TABLE revocation_list (
    issuer      BLOB    NOT NULL PRIMARY KEY,
    body        TEXT    NOT NULL,
    imported_at INTEGER NOT NULL
) STRICT;

-- The highest version of each plugin that was installed. It outlives the plugin.
CREATE TABLE plugin_highest (
    plugin  TEXT    NOT NULL PRIMARY KEY,
    version TEXT    NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;

-- Plugins that were installed before this migration were signed by nobody.
ALTER TABLE plugin ADD COLUMN level TEXT NOT NULL DEFAULT 'local';
ALTER TABLE plugin ADD COLUMN publisher BLOB;
ALTER TABLE plugin ADD COLUMN signature TEXT;
