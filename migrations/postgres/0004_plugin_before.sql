-- The version of a plugin before the one that is installed, to go back to. The pair of this file is ../sqlite/0004_plugin_before.sql.

-- `grants` is a JSON array of the names of capabilities.
CREATE TABLE plugin_before (
    plugin       TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES plugin (id),
    version      TEXT NOT NULL,
    bundle       BYTEA  NOT NULL,
    manifest     TEXT NOT NULL,
    grants       TEXT NOT NULL,
    level        TEXT NOT NULL,
    publisher    BYTEA,
    signature    TEXT,
    installed_at BIGINT NOT NULL,
    installed_by UUID,
    replaced_at  BIGINT NOT NULL
);

-- A record that the migration to the present version wrote. `version_before` is null when the migration made it; the content of the
-- version before lies in `record_version`.
CREATE TABLE plugin_before_record (
    plugin         TEXT COLLATE "C" NOT NULL REFERENCES plugin (id),
    record         UUID NOT NULL,
    version_before BIGINT,
    version_after  BIGINT NOT NULL,
    PRIMARY KEY (plugin, record)
);

-- A value by key that the migration wrote, as it was before and as it became; null where there was none.
CREATE TABLE plugin_before_value (
    plugin            TEXT COLLATE "C" NOT NULL REFERENCES plugin (id),
    key               TEXT COLLATE "C" NOT NULL,
    value_before      BYTEA,
    expires_at_before BIGINT,
    value_after       BYTEA,
    PRIMARY KEY (plugin, key)
);
