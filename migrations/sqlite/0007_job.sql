-- Work in the background: events that are told to plugins, jobs that they put aside, and what they do by a schedule.
-- The pair of this file is ../postgres/0007_job.sql.

-- How many reactions of plugins led to the change; 0 when none did.
ALTER TABLE change ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;

-- `source` is 1 for a change of a record, 2 for another plugin's event, 3 for a job, 4 for a scheduled one. `state` is 0 while it waits,
-- 1 while it runs, 2 when it is dead; what is done is deleted. `name` is the subscription's or the job's. `origin` is the plugin that put it here.
-- What has the same `key` is done in the order of `num`. A change's payload is read from its record when it is told.
CREATE TABLE job (
    num          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id           BLOB    NOT NULL,
    plugin       TEXT    NOT NULL REFERENCES plugin (id),
    origin       TEXT,
    source       INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    topic        TEXT,
    key          TEXT,
    record       BLOB,
    version      INTEGER,
    operation    INTEGER,
    payload      TEXT    NOT NULL,
    depth        INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    wanted_at    INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    attempt      INTEGER NOT NULL,
    attempts_max INTEGER NOT NULL,
    state        INTEGER NOT NULL,
    dedupe_key   TEXT,
    fence        INTEGER NOT NULL,
    lease_until  INTEGER,
    last_error   TEXT,
    done         INTEGER NOT NULL,
    total        INTEGER NOT NULL,
    note         TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX job_id ON job (id);
CREATE UNIQUE INDEX job_dedupe ON job (plugin, name, dedupe_key) WHERE dedupe_key IS NOT NULL AND state = 0;
CREATE INDEX job_due ON job (plugin, due_at, num) WHERE state = 0;
CREATE INDEX job_soon ON job (due_at) WHERE state = 0;
CREATE INDEX job_order ON job (plugin, key, num) WHERE key IS NOT NULL AND state < 2;
CREATE INDEX job_origin ON job (origin) WHERE origin IS NOT NULL AND state < 2;
CREATE INDEX job_lease ON job (lease_until) WHERE state = 1;
CREATE INDEX job_state ON job (state, num);

-- How many were done, by name.
CREATE TABLE job_done (
    plugin TEXT    NOT NULL REFERENCES plugin (id),
    name   TEXT    NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (plugin, name)
) STRICT, WITHOUT ROWID;

-- When a scheduled job is due next, and by which schedule and time zone that was reckoned.
CREATE TABLE schedule (
    plugin  TEXT    NOT NULL REFERENCES plugin (id),
    name    TEXT    NOT NULL,
    spec    TEXT    NOT NULL,
    next_at INTEGER NOT NULL,
    PRIMARY KEY (plugin, name)
) STRICT, WITHOUT ROWID;
