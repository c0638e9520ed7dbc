-- What instances send each other: who they are, what they agreed, their logs, and how far each has come.
-- Hashes and keys are 32 bytes; sizes, places and sequences count from 0. A state is a word of whoever keeps it. The pair of this file is ../postgres/0016_federation.sql.

-- Who this instance is among the others. The root key itself lies on paper; a signing key is sealed under the instance's key, and gone once retired.
CREATE TABLE fed_identity (
    one      INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    node     BLOB NOT NULL,
    root_key BLOB NOT NULL,
    genesis  BLOB NOT NULL,
    made_at  INTEGER NOT NULL
) STRICT;
CREATE TABLE fed_key (
    number     INTEGER NOT NULL PRIMARY KEY,
    public     BLOB NOT NULL,
    sealed     BLOB,
    made_at    INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;
-- The rotations of any instance's keys, one after the other.
CREATE TABLE fed_rotation (
    node        BLOB NOT NULL,
    number      INTEGER NOT NULL,
    envelope    BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (node, number)
) STRICT;
CREATE TABLE fed_directory (
    version     INTEGER NOT NULL PRIMARY KEY,
    envelope    BLOB NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;

CREATE TABLE fed_peer (
    node            BLOB NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL,
    url             TEXT,
    role            TEXT NOT NULL,
    genesis         BLOB NOT NULL,
    state           TEXT NOT NULL,
    paused          INTEGER NOT NULL,
    cut             INTEGER NOT NULL,
    added_at        INTEGER NOT NULL,
    contact_at      INTEGER,
    error_code      TEXT,
    error_at        INTEGER,
    clock_offset_ms INTEGER NOT NULL,
    goodput         INTEGER NOT NULL,
    page_bytes      INTEGER NOT NULL,
    retries         INTEGER NOT NULL,
    next_try_at     INTEGER NOT NULL
) STRICT;
-- Nonces of signed requests that were seen, until the signature has expired: they are remembered over a restart.
CREATE TABLE fed_nonce (
    node       BLOB NOT NULL,
    nonce      BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (node, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX fed_nonce_expires ON fed_nonce (expires_at);

-- `version` is the one in force, 0 before there is one; `current` and `next` are the lives of that version and of the one that is being agreed on. Number 0 of `no` is never given: it stands for what travels without an agreement.
CREATE TABLE fed_agreement (
    no         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    holder     BLOB NOT NULL,
    receiver   BLOB NOT NULL,
    state      TEXT NOT NULL,
    version    INTEGER NOT NULL,
    expires_at INTEGER,
    changed_at INTEGER NOT NULL,
    current    TEXT,
    next       TEXT,
    envelope   BLOB
) STRICT;
CREATE TABLE fed_agreement_version (
    agreement  INTEGER NOT NULL REFERENCES fed_agreement (no),
    version    INTEGER NOT NULL,
    envelope   BLOB NOT NULL,
    state      TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (agreement, version)
) STRICT;

-- Every log that is known here, own and others', each epoch by itself. `size` entries are in it; `frontier` are the roots of its complete
-- subtrees; `stopped` proves why nothing more of it is taken; `covered` is the longest checkpoint whose leaves are all here; `heard` are checkpoints of it that others have and that are ahead of this instance. Below
-- `kept_from` the entries of an own log are there whole only where they are the last of what they are about.
CREATE TABLE fed_log (
    no        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    node      BLOB NOT NULL,
    plane     TEXT NOT NULL,
    epoch     INTEGER NOT NULL,
    size      INTEGER NOT NULL,
    frontier  BLOB NOT NULL,
    last_leaf BLOB,
    stopped   TEXT,
    covered   TEXT,
    heard     TEXT,
    kept_from INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX fed_log_name ON fed_log (node, plane, epoch);

-- An entry whose header is not there was shown as its leaf alone. Nothing in a header is personal; what is lies in `fed_disclosure`.
CREATE TABLE fed_entry (
    log         INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    leaf        BLOB NOT NULL,
    header      BLOB,
    kind        TEXT,
    entity_kind INTEGER,
    entity      BLOB,
    subject     BLOB,
    tenure      INTEGER,
    ver         INTEGER,
    schema      TEXT,
    cause_log   INTEGER,
    cause_seq   INTEGER,
    PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX fed_entry_entity ON fed_entry (log, entity, seq) WHERE entity IS NOT NULL;
CREATE INDEX fed_entry_subject ON fed_entry (log, subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX fed_entry_cause ON fed_entry (cause_log, cause_seq) WHERE cause_log IS NOT NULL;

-- The seeds of an entry's groups, and its values where no record can give them again. Erasing is a matter of this table.
CREATE TABLE fed_disclosure (
    log   INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    seeds BLOB NOT NULL,
    kept  BLOB,
    PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;
-- Which field of a schema lies in which group, as it was when entries were made by it.
CREATE TABLE fed_schema (
    id      TEXT NOT NULL PRIMARY KEY,
    layout  TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The leaves of others' logs as they came, page by page: what proves a fork is made of them.
CREATE TABLE fed_leaves (
    log      INTEGER NOT NULL,
    from_seq INTEGER NOT NULL,
    leaves   BLOB NOT NULL,
    PRIMARY KEY (log, from_seq)
) STRICT, WITHOUT ROWID;
-- Writes that wait for their place in a log. One that was made of a record says so, and has no values: they come from there when it
-- gets its place.
CREATE TABLE fed_draft (
    number  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind    INTEGER NOT NULL,
    entity  BLOB NOT NULL,
    of_home INTEGER NOT NULL,
    draft   BLOB NOT NULL
) STRICT;
CREATE INDEX fed_draft_entity ON fed_draft (entity);
-- What this instance wrote last of each entity, with its place once it has one. What has one root moves from home to home together.
CREATE TABLE fed_own (
    kind    INTEGER NOT NULL,
    entity  BLOB NOT NULL,
    root    BLOB NOT NULL,
    plane   TEXT NOT NULL,
    tenure  INTEGER NOT NULL,
    ver     INTEGER NOT NULL,
    seq     INTEGER,
    leaf    BLOB NOT NULL,
    deleted INTEGER NOT NULL,
    PRIMARY KEY (kind, entity)
) STRICT, WITHOUT ROWID;
CREATE INDEX fed_own_root ON fed_own (root);
-- Complete subtrees above the leaves.
CREATE TABLE fed_tree (
    log   INTEGER NOT NULL,
    level INTEGER NOT NULL,
    place INTEGER NOT NULL,
    hash  BLOB NOT NULL,
    PRIMARY KEY (log, level, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE fed_checkpoint (
    log     INTEGER NOT NULL,
    size    INTEGER NOT NULL,
    root    BLOB NOT NULL,
    note    TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (log, size)
) STRICT, WITHOUT ROWID;

-- How far another's log was taken under an agreement; until `refill_until` entries come again, because more of them is given. `reached_at` is when its end was last reached: the "as of" of pages.
CREATE TABLE fed_cursor (
    log        INTEGER NOT NULL REFERENCES fed_log (no),
    agreement  INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    next_seq   INTEGER NOT NULL,
    frontier   BLOB NOT NULL,
    last_leaf  BLOB,
    refill_until INTEGER NOT NULL,
    note       TEXT,
    state      TEXT NOT NULL,
    reached_at INTEGER,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (log, agreement)
) STRICT;
-- What is held of others' entities under each agreement, and the entry that it came from. `life` says whether it is there still. `applied` is 0 as long as
-- the records here have not taken it, and `trouble` says why.
CREATE TABLE fed_entity (
    agreement INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    entity    BLOB NOT NULL,
    root      BLOB NOT NULL,
    log       INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    tenure    INTEGER NOT NULL,
    ver       INTEGER NOT NULL,
    leaf      BLOB NOT NULL,
    header    BLOB NOT NULL,
    shown     BLOB NOT NULL,
    life      INTEGER NOT NULL,
    applied   INTEGER NOT NULL,
    trouble   TEXT,
    PRIMARY KEY (agreement, kind, entity)
) STRICT, WITHOUT ROWID;
CREATE INDEX fed_entity_entity ON fed_entity (entity);
CREATE INDEX fed_entity_root ON fed_entity (root);
CREATE INDEX fed_entity_unapplied ON fed_entity (agreement, kind, entity) WHERE applied = 0;
-- Entries that wait: for what they follow from, for a schema that this kernel does not know yet. Of a header that it cannot read no entity is known.
CREATE TABLE fed_parked (
    log         INTEGER NOT NULL,
    agreement   INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    detail      TEXT,
    entity_kind INTEGER,
    entity      BLOB,
    header      BLOB NOT NULL,
    shown       BLOB NOT NULL,
    withdrawn   INTEGER NOT NULL,
    parked_at   INTEGER NOT NULL,
    tries       INTEGER NOT NULL,
    PRIMARY KEY (log, agreement, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX fed_parked_entity ON fed_parked (entity) WHERE entity IS NOT NULL;

-- How far a peer has acknowledged a log under an agreement: what it may still ask for is kept, or its state says that it needs a snapshot.
CREATE TABLE fed_acknowledgement (
    node      BLOB NOT NULL,
    log       INTEGER NOT NULL REFERENCES fed_log (no),
    agreement INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    next_seq  INTEGER NOT NULL,
    state     TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (node, log, agreement)
) STRICT;
CREATE INDEX fed_acknowledgement_log ON fed_acknowledgement (log, next_seq);
-- Which entries went to whom by which version of which agreement; `up_to_seq` is the first that did not.
CREATE TABLE fed_ledger (
    node      BLOB NOT NULL,
    agreement INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    log       INTEGER NOT NULL,
    from_seq  INTEGER NOT NULL,
    up_to_seq INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (node, agreement, version, log, from_seq)
) STRICT;
CREATE INDEX fed_ledger_log ON fed_ledger (log, from_seq);

-- `sent` is 1 for a proposal of this instance, which has one id, and 0 for one to it, which has one key of its sender's.
CREATE TABLE fed_proposal (
    no          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id          BLOB NOT NULL,
    sent        INTEGER NOT NULL,
    node        BLOB,
    log         INTEGER,
    seq         INTEGER,
    kind        INTEGER NOT NULL,
    entity      BLOB NOT NULL,
    root        BLOB NOT NULL,
    tenure      INTEGER NOT NULL,
    ver         INTEGER NOT NULL,
    idem        BLOB NOT NULL,
    patch       TEXT NOT NULL,
    account     BLOB,
    state       TEXT NOT NULL,
    answer      TEXT,
    made_at     INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    answered_at INTEGER
) STRICT;
CREATE UNIQUE INDEX fed_proposal_sent ON fed_proposal (id) WHERE sent = 1;
CREATE UNIQUE INDEX fed_proposal_received ON fed_proposal (node, idem) WHERE sent = 0;
CREATE INDEX fed_proposal_entity ON fed_proposal (entity, made_at);
CREATE INDEX fed_proposal_root ON fed_proposal (root);
CREATE INDEX fed_proposal_state ON fed_proposal (sent, state, made_at, no);

-- The transfer of an entity from one home to another. One at a time is under way; `under_way` is null once it is not. `lead` is the transfer that it goes along
-- with: itself, unless it follows another one.
CREATE TABLE fed_transfer (
    id         BLOB NOT NULL PRIMARY KEY,
    entity     BLOB NOT NULL,
    lead       BLOB NOT NULL,
    from_node  BLOB NOT NULL,
    to_node    BLOB NOT NULL,
    tenure     INTEGER NOT NULL,
    ver        INTEGER NOT NULL,
    state_root BLOB NOT NULL,
    state      TEXT NOT NULL,
    under_way  INTEGER,
    note       TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX fed_transfer_entity ON fed_transfer (entity) WHERE under_way IS NOT NULL;
CREATE INDEX fed_transfer_made ON fed_transfer (made_at, id);
CREATE INDEX fed_transfer_lead ON fed_transfer (lead);
CREATE INDEX fed_transfer_state ON fed_transfer (state);
-- The steps of a transfer, as entries of logs.
CREATE TABLE fed_transfer_step (
    transfer BLOB NOT NULL REFERENCES fed_transfer (id),
    step     TEXT NOT NULL,
    log      INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (transfer, step)
) STRICT;
-- What nobody writes while it moves: the entity, and whatever has it for a subject.
CREATE TABLE fed_fence (
    entity   BLOB NOT NULL PRIMARY KEY,
    transfer BLOB NOT NULL REFERENCES fed_transfer (id),
    since    INTEGER NOT NULL
) STRICT;
-- Who may write what moves as one: the home of its last term, and, where there is more to it than one term that lasts, all terms and the open offer. A root
-- of this instance that never moved has no row: its records say whose it is.
CREATE TABLE fed_custody (
    root   BLOB NOT NULL PRIMARY KEY,
    node   BLOB NOT NULL,
    tenure INTEGER NOT NULL,
    moving INTEGER NOT NULL,
    detail TEXT
) STRICT;
CREATE INDEX fed_custody_moving ON fed_custody (root) WHERE moving = 1;

-- Signed reference data that was published here or received.
CREATE TABLE fed_package (
    name        TEXT NOT NULL,
    version     INTEGER NOT NULL,
    node        BLOB NOT NULL,
    envelope    BLOB NOT NULL,
    state       TEXT NOT NULL,
    difference  TEXT,
    received_at INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;
-- Cooperatives of two homes that may be one. `one` is the smaller id.
CREATE TABLE fed_case (
    id         BLOB NOT NULL PRIMARY KEY,
    kind       INTEGER NOT NULL,
    one        BLOB NOT NULL,
    one_home   BLOB NOT NULL,
    other      BLOB NOT NULL,
    other_home BLOB NOT NULL,
    grounds    TEXT NOT NULL,
    state      TEXT NOT NULL,
    decision   TEXT,
    opened_at  INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX fed_case_pair ON fed_case (one, other);
CREATE INDEX fed_case_other ON fed_case (other);
CREATE INDEX fed_case_state ON fed_case (state, opened_at, id);

-- A snapshot that is being loaded. A chunk is written into the records in the transaction that marks it, so none is kept here.
CREATE TABLE fed_snapshot (
    id         BLOB NOT NULL PRIMARY KEY,
    log        INTEGER NOT NULL,
    agreement  INTEGER NOT NULL,
    size       INTEGER NOT NULL,
    manifest   BLOB NOT NULL,
    begun_at   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX fed_snapshot_log ON fed_snapshot (log, agreement);
CREATE TABLE fed_chunk (
    snapshot  BLOB NOT NULL REFERENCES fed_snapshot (id),
    place     INTEGER NOT NULL,
    hash      BLOB NOT NULL,
    bytes     INTEGER NOT NULL,
    loaded_at INTEGER,
    PRIMARY KEY (snapshot, place)
) STRICT;
