-- What the kernel keeps of this instance by key: the rules that it saw last, and what a change of them changed. A value is JSON of whoever keeps it.
-- The pair of this file is ../sqlite/0014_instance_value.sql.

CREATE TABLE instance_value (
    key   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
