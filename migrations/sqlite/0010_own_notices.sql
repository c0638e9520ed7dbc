-- Notices of the kernel itself: those that no plugin sends. Their messages are the kernel's, their links lead to its pages.
-- The pair of this file is ../postgres/0010_own_notices.sql.

-- SQLite takes no NOT NULL away, so the table is made anew.
CREATE TABLE notice_anew (
    id         BLOB    NOT NULL PRIMARY KEY,
    account    BLOB    NOT NULL REFERENCES account (id),
    plugin     TEXT    REFERENCES plugin (id),
    key        TEXT    NOT NULL,
    args       TEXT    NOT NULL,
    link       TEXT,
    created_at INTEGER NOT NULL,
    read_at    INTEGER,
    deleted_at INTEGER
) STRICT;
INSERT INTO notice_anew (id, account, plugin, key, args, link, created_at, read_at, deleted_at)
    SELECT id, account, plugin, key, args, link, created_at, read_at, deleted_at FROM notice;
DROP TABLE notice;
ALTER TABLE notice_anew RENAME TO notice;
CREATE INDEX notice_account ON notice (account, id);
CREATE INDEX notice_unread ON notice (account) WHERE read_at IS NULL AND deleted_at IS NULL;
CREATE INDEX notice_plugin ON notice (plugin);
CREATE INDEX notice_deleted ON notice (deleted_at) WHERE deleted_at IS NOT NULL;
