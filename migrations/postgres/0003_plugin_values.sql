-- What a plugin keeps beside records: its values by key, its settings, its secrets.
-- The pair of this file is ../sqlite/0003_plugin_values.sql.

-- `bytes` is the size of key and value together, as the quota counts them.
CREATE TABLE kv (
    plugin     TEXT COLLATE "C" NOT NULL REFERENCES plugin (id),
    key        TEXT COLLATE "C" NOT NULL,
    value      BYTEA NOT NULL,
    bytes      BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (plugin, key)
);
CREATE INDEX kv_expiry ON kv (plugin, expires_at) WHERE expires_at IS NOT NULL;

-- One row for each plugin that keeps values. Writers of a plugin's values take it first and so follow each other.
CREATE TABLE kv_usage (
    plugin TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES plugin (id),
    items  BIGINT NOT NULL,
    bytes  BIGINT NOT NULL
);

-- A value that an administrator set; `value` is JSON.
CREATE TABLE plugin_setting (
    plugin TEXT COLLATE "C" NOT NULL REFERENCES plugin (id),
    name   TEXT COLLATE "C" NOT NULL,
    value  TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    set_by UUID,
    PRIMARY KEY (plugin, name)
);

-- `sealed` is a nonce and what was encrypted under it.
CREATE TABLE plugin_secret (
    plugin TEXT COLLATE "C" NOT NULL REFERENCES plugin (id),
    name   TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    set_at BIGINT NOT NULL,
    set_by UUID,
    PRIMARY KEY (plugin, name)
);
