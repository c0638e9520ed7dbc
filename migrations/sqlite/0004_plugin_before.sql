-- The version of a plugin before the one that is installed, to go back to. The pair of this file is ../postgres/0004_plugin_before.sql.

-- `grants` is a JSON array of the names of capabilities.
CREATE TABLE plugin_before (
    plugin       TEXT    NOT NULL PRIMARY KEY REFERENCES plugin (id),
    version      TEXT    NOT NULL,
    bundle       BLOB    NOT NULL,
    manifest     TEXT    NOT NULL,
    grants       TEXT    NOT NULL,
    level        TEXT    NOT NULL,
    publisher    BLOB,
    signature    TEXT,
    installed_at INTEGER NOT NULL,
    installed_by BLOB,
    replaced_at  INTEGER NOT NULL
) STRICT;

-- A record that the migration to the present version wrote. `version_before` is null when the migration made it; the content of the
-- version before lies in `record_version`.
CREATE TABLE plugin_before_record (
    plugin         TEXT    NOT NULL REFERENCES plugin (id),
    record         BLOB    NOT NULL,
    version_before INTEGER,
    version_after  INTEGER NOT NULL,
    PRIMARY KEY (plugin, record)
) STRICT;

-- A value by key that the migration wrote, as it was before and as it became; null where there was none.
CREATE TABLE plugin_before_value (
    plugin            TEXT    NOT NULL REFERENCES plugin (id),
    key               TEXT    NOT NULL,
    value_before      BLOB,
    expires_at_before INTEGER,
    value_after       BLOB,
    PRIMARY KEY (plugin, key)
) STRICT;
