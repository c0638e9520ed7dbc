-- What instances send each other: who they are, what they agreed, their logs, and how far each has come.
-- Hashes and keys are 32 bytes; sizes, places and sequences count from 0. A state is a word of whoever keeps it. The pair of this file is ../sqlite/0016_federation.sql.

-- Who this instance is among the others. The root key itself lies on paper; a signing key is sealed under the instance's key, and gone once retired.
CREATE TABLE fed_identity (
    one      INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    node     BYTEA NOT NULL,
    root_key BYTEA NOT NULL,
    genesis  BYTEA NOT NULL,
    made_at  BIGINT NOT NULL
);
CREATE TABLE fed_key (
    number     BIGINT NOT NULL PRIMARY KEY,
    public     BYTEA NOT NULL,
    sealed     BYTEA,
    made_at    BIGINT NOT NULL,
    retired_at BIGINT
);
-- The rotations of any instance's keys, one after the other.
CREATE TABLE fed_rotation (
    node        BYTEA NOT NULL,
    number      BIGINT NOT NULL,
    envelope    BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (node, number)
);
CREATE TABLE fed_directory (
    version     BIGINT NOT NULL PRIMARY KEY,
    envelope    BYTEA NOT NULL,
    received_at BIGINT NOT NULL
);

CREATE TABLE fed_peer (
    node            BYTEA NOT NULL PRIMARY KEY,
    name            TEXT COLLATE "C" NOT NULL,
    url             TEXT,
    role            TEXT NOT NULL,
    genesis         BYTEA NOT NULL,
    state           TEXT NOT NULL,
    paused          SMALLINT NOT NULL,
    cut             SMALLINT NOT NULL,
    added_at        BIGINT NOT NULL,
    contact_at      BIGINT,
    error_code      TEXT,
    error_at        BIGINT,
    clock_offset_ms BIGINT NOT NULL,
    goodput         BIGINT NOT NULL,
    page_bytes      BIGINT NOT NULL,
    retries         BIGINT NOT NULL,
    next_try_at     BIGINT NOT NULL
);
-- Nonces of signed requests that were seen, until the signature has expired: they are remembered over a restart.
CREATE TABLE fed_nonce (
    node       BYTEA NOT NULL,
    nonce      BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (node, nonce)
);
CREATE INDEX fed_nonce_expires ON fed_nonce (expires_at);

-- `version` is the one in force, 0 before there is one; `current` and `next` are the lives of that version and of the one that is being agreed on. Number 0 of `no` is never given: it stands for what travels without an agreement.
CREATE TABLE fed_agreement (
    no         BIGSERIAL PRIMARY KEY,
    id         TEXT COLLATE "C" NOT NULL UNIQUE,
    holder     BYTEA NOT NULL,
    receiver   BYTEA NOT NULL,
    state      TEXT NOT NULL,
    version    BIGINT NOT NULL,
    expires_at BIGINT,
    changed_at BIGINT NOT NULL,
    current    TEXT,
    next       TEXT,
    envelope   BYTEA
);
CREATE TABLE fed_agreement_version (
    agreement  BIGINT NOT NULL REFERENCES fed_agreement (no),
    version    BIGINT NOT NULL,
    envelope   BYTEA NOT NULL,
    state      TEXT NOT NULL,
    made_at    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (agreement, version)
);

-- Every log that is known here, own and others', each epoch by itself. `size` entries are in it; `frontier` are the roots of its complete
-- subtrees; `stopped` proves why nothing more of it is taken; `covered` is the longest checkpoint whose leaves are all here; `heard` are checkpoints of it that others have and that are ahead of this instance. Below
-- `kept_from` the entries of an own log are there whole only where they are the last of what they are about.
CREATE TABLE fed_log (
    no        BIGSERIAL PRIMARY KEY,
    node      BYTEA NOT NULL,
    plane     TEXT COLLATE "C" NOT NULL,
    epoch     BIGINT NOT NULL,
    size      BIGINT NOT NULL,
    frontier  BYTEA NOT NULL,
    last_leaf BYTEA,
    stopped   TEXT,
    covered   TEXT,
    heard     TEXT,
    kept_from BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX fed_log_name ON fed_log (node, plane, epoch);

-- An entry whose header is not there was shown as its leaf alone. Nothing in a header is personal; what is lies in `fed_disclosure`.
CREATE TABLE fed_entry (
    log         BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    leaf        BYTEA NOT NULL,
    header      BYTEA,
    kind        TEXT,
    entity_kind INTEGER,
    entity      UUID,
    subject     UUID,
    tenure      BIGINT,
    ver         BIGINT,
    schema      TEXT,
    cause_log   BIGINT,
    cause_seq   BIGINT,
    PRIMARY KEY (log, seq)
);
CREATE INDEX fed_entry_entity ON fed_entry (log, entity, seq) WHERE entity IS NOT NULL;
CREATE INDEX fed_entry_subject ON fed_entry (log, subject, seq) WHERE subject IS NOT NULL;
CREATE INDEX fed_entry_cause ON fed_entry (cause_log, cause_seq) WHERE cause_log IS NOT NULL;

-- The seeds of an entry's groups, and its values where no record can give them again. Erasing is a matter of this table.
CREATE TABLE fed_disclosure (
    log   BIGINT NOT NULL,
    seq   BIGINT NOT NULL,
    seeds BYTEA NOT NULL,
    kept  BYTEA,
    PRIMARY KEY (log, seq)
);
-- Which field of a schema lies in which group, as it was when entries were made by it.
CREATE TABLE fed_schema (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    layout  TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
-- The leaves of others' logs as they came, page by page: what proves a fork is made of them.
CREATE TABLE fed_leaves (
    log      BIGINT NOT NULL,
    from_seq BIGINT NOT NULL,
    leaves   BYTEA NOT NULL,
    PRIMARY KEY (log, from_seq)
);
-- Writes that wait for their place in a log. One that was made of a record says so, and has no values: they come from there when it
-- gets its place.
CREATE TABLE fed_draft (
    number  BIGSERIAL PRIMARY KEY,
    kind    INTEGER NOT NULL,
    entity  UUID NOT NULL,
    of_home SMALLINT NOT NULL,
    draft   BYTEA NOT NULL
);
CREATE INDEX fed_draft_entity ON fed_draft (entity);
-- What this instance wrote last of each entity, with its place once it has one. What has one root moves from home to home together.
CREATE TABLE fed_own (
    kind    INTEGER NOT NULL,
    entity  UUID NOT NULL,
    root    UUID NOT NULL,
    plane   TEXT COLLATE "C" NOT NULL,
    tenure  BIGINT NOT NULL,
    ver     BIGINT NOT NULL,
    seq     BIGINT,
    leaf    BYTEA NOT NULL,
    deleted SMALLINT NOT NULL,
    PRIMARY KEY (kind, entity)
);
CREATE INDEX fed_own_root ON fed_own (root);
-- Complete subtrees above the leaves.
CREATE TABLE fed_tree (
    log   BIGINT NOT NULL,
    level SMALLINT NOT NULL,
    place BIGINT NOT NULL,
    hash  BYTEA NOT NULL,
    PRIMARY KEY (log, level, place)
);
CREATE TABLE fed_checkpoint (
    log     BIGINT NOT NULL,
    size    BIGINT NOT NULL,
    root    BYTEA NOT NULL,
    note    TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (log, size)
);

-- How far another's log was taken under an agreement; until `refill_until` entries come again, because more of them is given. `reached_at` is when its end was last reached: the "as of" of pages.
CREATE TABLE fed_cursor (
    log        BIGINT NOT NULL REFERENCES fed_log (no),
    agreement  BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    next_seq   BIGINT NOT NULL,
    frontier   BYTEA NOT NULL,
    last_leaf  BYTEA,
    refill_until BIGINT NOT NULL,
    note       TEXT,
    state      TEXT NOT NULL,
    reached_at BIGINT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (log, agreement)
);
-- What is held of others' entities under each agreement, and the entry that it came from. `life` says whether it is there still. `applied` is 0 as long as
-- the records here have not taken it, and `trouble` says why.
CREATE TABLE fed_entity (
    agreement BIGINT NOT NULL,
    kind      INTEGER NOT NULL,
    entity    UUID NOT NULL,
    root      UUID NOT NULL,
    log       BIGINT NOT NULL,
    seq       BIGINT NOT NULL,
    tenure    BIGINT NOT NULL,
    ver       BIGINT NOT NULL,
    leaf      BYTEA NOT NULL,
    header    BYTEA NOT NULL,
    shown     BYTEA NOT NULL,
    life      SMALLINT NOT NULL,
    applied   SMALLINT NOT NULL,
    trouble   TEXT,
    PRIMARY KEY (agreement, kind, entity)
);
CREATE INDEX fed_entity_entity ON fed_entity (entity);
CREATE INDEX fed_entity_root ON fed_entity (root);
CREATE INDEX fed_entity_unapplied ON fed_entity (agreement, kind, entity) WHERE applied = 0;
-- Entries that wait: for what they follow from, for a schema that this kernel does not know yet. Of a header that it cannot read no entity is known.
CREATE TABLE fed_parked (
    log         BIGINT NOT NULL,
    agreement   BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    detail      TEXT,
    entity_kind INTEGER,
    entity      UUID,
    header      BYTEA NOT NULL,
    shown       BYTEA NOT NULL,
    withdrawn   SMALLINT NOT NULL,
    parked_at   BIGINT NOT NULL,
    tries       BIGINT NOT NULL,
    PRIMARY KEY (log, agreement, seq)
);
CREATE INDEX fed_parked_entity ON fed_parked (entity) WHERE entity IS NOT NULL;

-- How far a peer has acknowledged a log under an agreement: what it may still ask for is kept, or its state says that it needs a snapshot.
CREATE TABLE fed_acknowledgement (
    node      BYTEA NOT NULL,
    log       BIGINT NOT NULL REFERENCES fed_log (no),
    agreement BIGINT NOT NULL,
    version   BIGINT NOT NULL,
    next_seq  BIGINT NOT NULL,
    state     TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (node, log, agreement)
);
CREATE INDEX fed_acknowledgement_log ON fed_acknowledgement (log, next_seq);
-- Which entries went to whom by which version of which agreement; `up_to_seq` is the first that did not.
CREATE TABLE fed_ledger (
    node      BYTEA NOT NULL,
    agreement BIGINT NOT NULL,
    version   BIGINT NOT NULL,
    log       BIGINT NOT NULL,
    from_seq  BIGINT NOT NULL,
    up_to_seq BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (node, agreement, version, log, from_seq)
);
CREATE INDEX fed_ledger_log ON fed_ledger (log, from_seq);

-- `sent` is 1 for a proposal of this instance, which has one id, and 0 for one to it, which has one key of its sender's.
CREATE TABLE fed_proposal (
    no          BIGSERIAL PRIMARY KEY,
    id          UUID NOT NULL,
    sent        SMALLINT NOT NULL,
    node        BYTEA,
    log         BIGINT,
    seq         BIGINT,
    kind        INTEGER NOT NULL,
    entity      UUID NOT NULL,
    root        UUID NOT NULL,
    tenure      BIGINT NOT NULL,
    ver         BIGINT NOT NULL,
    idem        BYTEA NOT NULL,
    patch       TEXT NOT NULL,
    account     UUID,
    state       TEXT COLLATE "C" NOT NULL,
    answer      TEXT,
    made_at     BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    answered_at BIGINT
);
CREATE UNIQUE INDEX fed_proposal_sent ON fed_proposal (id) WHERE sent = 1;
CREATE UNIQUE INDEX fed_proposal_received ON fed_proposal (node, idem) WHERE sent = 0;
CREATE INDEX fed_proposal_entity ON fed_proposal (entity, made_at);
CREATE INDEX fed_proposal_root ON fed_proposal (root);
CREATE INDEX fed_proposal_state ON fed_proposal (sent, state, made_at, no);

-- The transfer of an entity from one home to another. One at a time is under way; `under_way` is null once it is not. `lead` is the transfer that it goes along
-- with: itself, unless it follows another one.
CREATE TABLE fed_transfer (
    id         UUID NOT NULL PRIMARY KEY,
    entity     UUID NOT NULL,
    lead       UUID NOT NULL,
    from_node  BYTEA NOT NULL,
    to_node    BYTEA NOT NULL,
    tenure     BIGINT NOT NULL,
    ver        BIGINT NOT NULL,
    state_root BYTEA NOT NULL,
    state      TEXT NOT NULL,
    under_way  SMALLINT,
    note       TEXT NOT NULL,
    made_at    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX fed_transfer_entity ON fed_transfer (entity) WHERE under_way IS NOT NULL;
CREATE INDEX fed_transfer_made ON fed_transfer (made_at, id);
CREATE INDEX fed_transfer_lead ON fed_transfer (lead);
CREATE INDEX fed_transfer_state ON fed_transfer (state);
-- The steps of a transfer, as entries of logs.
CREATE TABLE fed_transfer_step (
    transfer UUID NOT NULL REFERENCES fed_transfer (id),
    step     TEXT COLLATE "C" NOT NULL,
    log      BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (transfer, step)
);
-- What nobody writes while it moves: the entity, and whatever has it for a subject.
CREATE TABLE fed_fence (
    entity   UUID NOT NULL PRIMARY KEY,
    transfer UUID NOT NULL REFERENCES fed_transfer (id),
    since    BIGINT NOT NULL
);
-- Who may write what moves as one: the home of its last term, and, where there is more to it than one term that lasts, all terms and the open offer. A root
-- of this instance that never moved has no row: its records say whose it is.
CREATE TABLE fed_custody (
    root   UUID NOT NULL PRIMARY KEY,
    node   BYTEA NOT NULL,
    tenure BIGINT NOT NULL,
    moving SMALLINT NOT NULL,
    detail TEXT
);
CREATE INDEX fed_custody_moving ON fed_custody (root) WHERE moving = 1;

-- Signed reference data that was published here or received.
CREATE TABLE fed_package (
    name        TEXT COLLATE "C" NOT NULL,
    version     BIGINT NOT NULL,
    node        BYTEA NOT NULL,
    envelope    BYTEA NOT NULL,
    state       TEXT NOT NULL,
    difference  TEXT,
    received_at BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (name, version)
);
-- Cooperatives of two homes that may be one. `one` is the smaller id.
CREATE TABLE fed_case (
    id         UUID NOT NULL PRIMARY KEY,
    kind       INTEGER NOT NULL,
    one        UUID NOT NULL,
    one_home   BYTEA NOT NULL,
    other      UUID NOT NULL,
    other_home BYTEA NOT NULL,
    grounds    TEXT NOT NULL,
    state      TEXT NOT NULL,
    decision   TEXT,
    opened_at  BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX fed_case_pair ON fed_case (one, other);
CREATE INDEX fed_case_other ON fed_case (other);
CREATE INDEX fed_case_state ON fed_case (state, opened_at, id);

-- A snapshot that is being loaded. A chunk is written into the records in the transaction that marks it, so none is kept here.
CREATE TABLE fed_snapshot (
    id         BYTEA NOT NULL PRIMARY KEY,
    log        BIGINT NOT NULL,
    agreement  BIGINT NOT NULL,
    size       BIGINT NOT NULL,
    manifest   BYTEA NOT NULL,
    begun_at   BIGINT NOT NULL
);
CREATE UNIQUE INDEX fed_snapshot_log ON fed_snapshot (log, agreement);
CREATE TABLE fed_chunk (
    snapshot  BYTEA NOT NULL REFERENCES fed_snapshot (id),
    place     BIGINT NOT NULL,
    hash      BYTEA NOT NULL,
    bytes     BIGINT NOT NULL,
    loaded_at BIGINT,
    PRIMARY KEY (snapshot, place)
);
