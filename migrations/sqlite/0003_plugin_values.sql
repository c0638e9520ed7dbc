-- What a plugin keeps beside records: its values by key, its settings, its secrets.
-- The pair of this file is ../postgres/0003_plugin_values.sql.

-- `bytes` is the size of key and value together, as the quota counts them.
CREATE TABLE kv (
    plugin     TEXT    NOT NULL REFERENCES plugin (id),
    key        TEXT    NOT NULL,
    value      BLOB    NOT NULL,
    bytes      INTEGER NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (plugin, key)
) STRICT;
CREATE INDEX kv_expiry ON kv (plugin, expires_at) WHERE expires_at IS NOT NULL;

-- One row for each plugin that keeps values. Writers of a plugin's values take it first and so follow each other.
CREATE TABLE kv_usage (
    plugin TEXT    NOT NULL PRIMARY KEY REFERENCES plugin (id),
    items  INTEGER NOT NULL,
    bytes  INTEGER NOT NULL
) STRICT;

-- A value that an administrator set; `value` is JSON.
CREATE TABLE plugin_setting (
    plugin TEXT    NOT NULL REFERENCES plugin (id),
    name   TEXT    NOT NULL,
    value  TEXT    NOT NULL,
    set_at INTEGER NOT NULL,
    set_by BLOB,
    PRIMARY KEY (plugin, name)
) STRICT;

-- `sealed` is a nonce and what was encrypted under it.
CREATE TABLE plugin_secret (
    plugin TEXT    NOT NULL REFERENCES plugin (id),
    name   TEXT    NOT NULL,
    sealed BLOB    NOT NULL,
    set_at INTEGER NOT NULL,
    set_by BLOB,
    PRIMARY KEY (plugin, name)
) STRICT;
