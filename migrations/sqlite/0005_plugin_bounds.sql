-- What plugins may use, and what they use. The pair of this file is ../postgres/0005_plugin_bounds.sql.

-- What an administrator lets a plugin use instead of what the kernel gives by itself.
CREATE TABLE plugin_limit (
    plugin TEXT    NOT NULL REFERENCES plugin (id),
    name   TEXT    NOT NULL,
    amount INTEGER NOT NULL,
    set_at INTEGER NOT NULL,
    set_by BLOB,
    PRIMARY KEY (plugin, name)
) STRICT;

-- What the records of a plugin's kinds take up: `items` and `bytes` of those that are there, `kept_bytes` of the versions before.
-- A plugin's account is the sum of its parts: with PostgreSQL, writers of one plugin's records take different parts and do not wait
-- for each other.
CREATE TABLE plugin_usage (
    plugin     TEXT    NOT NULL,
    part       INTEGER NOT NULL,
    items      INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    kept_bytes INTEGER NOT NULL,
    PRIMARY KEY (plugin, part)
) STRICT;
INSERT INTO plugin_usage (plugin, part, items, bytes, kept_bytes)
SELECT id, 0,
    (SELECT COUNT(*) FROM record JOIN kind ON kind.no = record.kind
        WHERE kind.name LIKE plugin.id || '/%' AND record.deleted = 0),
    (SELECT COALESCE(SUM(OCTET_LENGTH(record.body)), 0) FROM record JOIN kind ON kind.no = record.kind
        WHERE kind.name LIKE plugin.id || '/%' AND record.deleted = 0),
    (SELECT COALESCE(SUM(OCTET_LENGTH(record_version.body)), 0) FROM record_version JOIN kind ON kind.no = record_version.kind
        WHERE kind.name LIKE plugin.id || '/%')
FROM plugin;

-- A plugin that crashed again and again: how often it was put into quarantine in a row, and until when it stays there.
CREATE TABLE plugin_quarantine (
    plugin TEXT    NOT NULL PRIMARY KEY REFERENCES plugin (id),
    times  INTEGER NOT NULL,
    until  INTEGER NOT NULL
) STRICT;
