//! Every bound of the kernel, by name, in one place. `tiwizi doctor` prints them.

/// A part of a kind's name, or a plugin's id.
pub const NAME_BYTES_MAX: usize = 48;
/// How much of a wrong value an error shows back.
pub const ECHO_CHARS_MAX: usize = 80;

/// The body of one record, as JSON.
pub const RECORD_BYTES_MAX: usize = 1 << 20;
/// How deep JSON may nest.
pub const JSON_DEPTH_MAX: usize = 32;
/// A JSON Schema of a kind.
pub const SCHEMA_BYTES_MAX: usize = 256 << 10;
/// How many values that must be unique a kind may declare.
pub const UNIQUE_INDEXES_MAX: usize = 3;
/// How many further indexes a kind may declare.
pub const INDEXES_MAX: usize = 6;
/// The fields of one index.
pub const INDEX_FIELDS_MAX: usize = 4;
/// The key of an index: longer values are cut for ordering and refused for uniqueness.
pub const INDEX_KEY_BYTES_MAX: usize = 512;
/// The records of one page of a list.
pub const PAGE_ROWS_MAX: u32 = 100;
/// The records of a page when the caller does not say.
pub const PAGE_ROWS_DEFAULT: u32 = 50;
/// The words of one search.
pub const SEARCH_WORDS_MAX: usize = 8;
/// The characters of one search.
pub const SEARCH_CHARS_MAX: usize = 200;
/// The writes of one batch.
pub const BATCH_WRITES_MAX: usize = 500;
/// The changes of one page of the log.
pub const CHANGES_ROWS_MAX: u32 = 1000;
/// How long an idempotency key is remembered.
pub const IDEMPOTENCY_MS: i64 = 24 * 60 * 60 * 1000;

/// Writers that share one commit of SQLite.
pub const GROUP_COMMIT_WRITES_MAX: u32 = 64;
/// Readers of one SQLite file.
pub const SQLITE_READERS_MAX: u32 = 8;
/// Connections of one kernel to PostgreSQL.
pub const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// Changes that the sequencer numbers in one transaction.
pub const SEQUENCE_ROWS_MAX: i64 = 10_000;

/// A session ends when it was not used for so long.
pub const SESSION_IDLE_MS: i64 = 30 * 60 * 1000;
/// A session ends so long after it began.
pub const SESSION_LIFE_MS: i64 = 12 * 60 * 60 * 1000;
/// The first administrator's secret is good for so long.
pub const FIRST_SECRET_MS: i64 = 60 * 60 * 1000;
/// A password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// A password, in bytes: longer ones would make hashing a weapon.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// Wrong passwords in a row before an account waits.
pub const WRONG_PASSWORDS_MAX: i64 = 10;
/// How long it waits then.
pub const WRONG_PASSWORD_WAIT_MS: i64 = 15 * 60 * 1000;

/// A plugin's component file.
pub const COMPONENT_BYTES_MAX: u64 = 32 << 20;
/// A plugin's bundle, unpacked.
pub const BUNDLE_BYTES_MAX: u64 = 128 << 20;
/// The files of a bundle.
pub const BUNDLE_FILES_MAX: usize = 4096;
/// A plugin's linear memory.
pub const PLUGIN_MEMORY_BYTES_MAX: usize = 64 << 20;
/// A plugin's table elements.
pub const PLUGIN_TABLE_ELEMENTS_MAX: usize = 20_000;
/// A plugin's stack.
pub const PLUGIN_STACK_BYTES_MAX: usize = 1 << 20;
/// A plugin's processor time for one page.
pub const PLUGIN_CPU_MS_MAX: u64 = 200;
/// A plugin's processor time when it is installed or upgraded.
pub const PLUGIN_LIFECYCLE_CPU_MS_MAX: u64 = 10_000;
/// A plugin's time by the clock for one page.
pub const PLUGIN_WALL_MS_MAX: u64 = 5_000;
/// A plugin's time by the clock when it is installed or upgraded.
pub const PLUGIN_LIFECYCLE_WALL_MS_MAX: u64 = 60_000;
/// The clock by which plugins are interrupted ticks so often.
pub const EPOCH_TICK_MS: u64 = 10;
/// Host calls of one plugin call.
pub const HOST_CALLS_MAX: u32 = 10_000;
/// Reads and writes of records in one plugin call.
pub const STORE_CALLS_MAX: u32 = 2_000;
/// Writes that one unit gathers.
pub const UNIT_WRITES_MAX: usize = 500;
/// What one host call may hand over.
pub const HOST_CALL_BYTES_MAX: usize = 4 << 20;
/// Resource handles of one plugin call.
pub const HANDLES_MAX: usize = 1_000;
/// A plugin's answer.
pub const PLUGIN_ANSWER_BYTES_MAX: usize = 2 << 20;
/// What one plugin call may log.
pub const PLUGIN_LOG_BYTES_MAX: usize = 64 << 10;
/// Calls of one plugin that run at once.
pub const PLUGIN_CALLS_MAX: usize = 32;
/// Calls of one plugin that wait behind those; past it the answer is 503.
pub const PLUGIN_QUEUE_MAX: usize = 64;
/// Instances that the pool holds.
pub const PLUGIN_POOL_MAX: u32 = 256;

/// A request's header.
pub const HEADER_BYTES_MAX: usize = 16 << 10;
/// How long a request's header may take.
pub const HEADER_WAIT_MS: u64 = 10_000;
/// A request's body.
pub const BODY_BYTES_MAX: usize = 4 << 20;
/// How long a request's body may take.
pub const BODY_WAIT_MS: u64 = 30_000;
/// A bundle that is sent to be installed.
pub const UPLOAD_BYTES_MAX: usize = 64 << 20;
/// Open connections.
pub const CONNECTIONS_MAX: usize = 10_000;
/// How long a stop waits for requests under way.
pub const STOP_WAIT_MS: u64 = 20_000;

/// One line of an imported file.
pub const IMPORT_LINE_BYTES_MAX: usize = 64 << 10;
/// Rows that one transaction of an import writes.
pub const IMPORT_BATCH_ROWS: usize = 2_000;
/// Rejected rows that a report lists one by one.
pub const IMPORT_REPORT_ROWS_MAX: usize = 1_000_000;
