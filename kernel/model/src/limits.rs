//! Every bound of the kernel, by name, in one place. `tiwizi doctor` prints them.

mod acts;
mod amount;
mod documents;
mod duplicates;
mod exchange;
mod extract;
mod federation;
mod founding;
mod line;
mod log;
mod office;
mod outbound;
mod people;
mod protection;
mod sheets;
mod statistics;
mod work;

pub use acts::*;
use amount::{Amount, named};
pub use documents::*;
pub use duplicates::*;
pub use exchange::*;
pub use extract::*;
pub use federation::*;
pub use founding::*;
pub use line::*;
pub use log::*;
pub use office::*;
pub use outbound::*;
pub use people::*;
pub use protection::*;
pub use sheets::*;
pub use statistics::*;
pub use work::*;

named! {
pub all;
use acts;
use documents;
use duplicates;
use exchange;
use extract;
use federation;
use people;
use protection;
use office;
use outbound;
use sheets;
use founding;
use line;
use log;
use statistics;
use work;

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
/// The bodies of one page of records, together: it ends with the record that passes this.
pub const PAGE_BYTES_MAX: usize = 4 << 20;
/// A body that is read at once with others; a longer one is read by itself, and only when its page has room.
pub const LIGHT_BODY_BYTES_MAX: usize = 32 << 10;
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
/// How long a form that may be sent later is good for, from when its page was made; its key is remembered at least as long.
pub const LATER_MS: i64 = 60 * 24 * 60 * 60 * 1000;

/// While less of the disk is free, in per cent, plugins add nothing.
pub const DISK_FREE_PERCENT_MIN: u64 = 5;
/// The disk is asked how full it is this often at most.
pub const DISK_LOOK_MS: i64 = 1_000;
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
/// How deep components may lie within each other.
pub const COMPONENT_DEPTH_MAX: usize = 8;
/// The modules and components inside one component.
pub const COMPONENT_PARTS_MAX: usize = 200;
/// The types, functions and other definitions of a component, those of its modules included.
pub const COMPONENT_ITEMS_MAX: u64 = 400_000;
/// Processor time for compiling a component, in seconds…
pub const COMPILE_CPU_S: u64 = 10;
/// …and for each MiB that it has, in seconds.
pub const COMPILE_CPU_S_PER_MIB: u64 = 6;
/// So many times its processor time may a compilation take by the clock, on a machine that is busy with other things.
pub const COMPILE_WALL_FACTOR: u64 = 6;
/// The address space of the process that compiles a component.
pub const COMPILE_MEMORY_BYTES_MAX: u64 = 1 << 30;
/// The machine code of a component.
pub const COMPILED_BYTES_MAX: u64 = 512 << 20;
/// What the compiler may say about a component.
pub const COMPILE_COMPLAINT_BYTES_MAX: u64 = 8 << 10;
/// A plugin's bundle, unpacked.
pub const BUNDLE_BYTES_MAX: u64 = 128 << 20;
/// Bundles that were sent to be looked at and wait for an administrator's word; the oldest goes first.
pub const SENT_BUNDLES_MAX: usize = 4;
/// The files of a bundle.
pub const BUNDLE_FILES_MAX: usize = 4096;
/// A plugin's linear memory.
pub const PLUGIN_MEMORY_BYTES_MAX: usize = 64 << 20;
/// The most memory that an administrator can give a plugin.
pub const PLUGIN_MEMORY_BYTES_CEILING: usize = 256 << 20;
/// A plugin's table elements.
pub const PLUGIN_TABLE_ELEMENTS_MAX: usize = 20_000;
/// The most table elements that an administrator can give a plugin.
pub const PLUGIN_TABLE_ELEMENTS_CEILING: usize = 100_000;
/// A plugin's stack.
pub const PLUGIN_STACK_BYTES_MAX: usize = 1 << 20;
/// A plugin's processor time for one page.
pub const PLUGIN_CPU_MS_MAX: u64 = 200;
/// The most that an administrator can give a plugin for one page.
pub const PLUGIN_CPU_MS_CEILING: u64 = 1_000;
/// After so much processor time a plugin's call goes on on threads that give way to others.
pub const PLUGIN_QUICK_CPU_MS: u64 = 10;
/// A plugin's processor time when it is installed or upgraded.
pub const PLUGIN_LIFECYCLE_CPU_MS_MAX: u64 = 10_000;
/// A plugin's time by the clock for one page.
pub const PLUGIN_WALL_MS_MAX: u64 = 5_000;
/// The most that an administrator can give a plugin for one page.
pub const PLUGIN_WALL_MS_CEILING: u64 = 30_000;
/// A plugin's time by the clock when it is installed or upgraded.
pub const PLUGIN_LIFECYCLE_WALL_MS_MAX: u64 = 60_000;
/// The clock by which plugins are interrupted ticks so often.
pub const EPOCH_TICK_MS: u64 = 10;
/// Host calls of one plugin call.
pub const HOST_CALLS_MAX: u32 = 10_000;
/// Reads and writes of records and values for one page of a plugin.
pub const STORE_CALLS_MAX: u32 = 200;
/// The most that an administrator can give a plugin for one page, and what it has when it is installed or upgraded.
pub const STORE_CALLS_CEILING: u32 = 2_000;
/// Writes that one unit gathers.
pub const UNIT_WRITES_MAX: usize = 500;
/// The bodies of those writes, together: they are held in memory.
pub const UNIT_BYTES_MAX: usize = 32 << 20;
/// What one host call may hand over.
pub const HOST_CALL_BYTES_MAX: usize = 4 << 20;
/// Host calls whose order a trace remembers; it counts all of them.
pub const SEEN_CALLS_MAX: usize = 1_000;
/// What is noted of one call for its capture.
pub const CAPTURE_BYTES_MAX: usize = 1 << 20;
/// Host calls that one capture holds.
pub const CAPTURE_CALLS_MAX: usize = 2_000;
/// Words that are looked for in a component to blank one capture.
pub const CAPTURE_WORDS_MAX: usize = 64;
/// The file of a capture.
pub const CAPTURE_FILE_BYTES_MAX: usize = 16 << 20;
/// Pieces of work that one step of a test may lead to.
pub const SETTLE_WORK_MAX: usize = 1_000;
/// Captures that are kept of one plugin.
pub const CAPTURES_MAX: usize = 20;
/// Resource handles of one plugin call.
pub const HANDLES_MAX: usize = 1_000;
/// A plugin's answer.
pub const PLUGIN_ANSWER_BYTES_MAX: usize = 2 << 20;
/// Steps of the template engine for one page of a plugin.
pub const PLUGIN_RENDER_FUEL: u64 = 1_000_000;
/// One page of a plugin, rendered.
pub const PLUGIN_PAGE_BYTES_MAX: usize = 2 << 20;
/// What one plugin call may log.
pub const PLUGIN_LOG_BYTES_MAX: usize = 64 << 10;
/// Calls of one plugin that run at once.
pub const PLUGIN_CALLS_MAX: usize = 32;
/// The most calls at once that an administrator can give a plugin.
pub const PLUGIN_CALLS_CEILING: usize = 256;
/// How often a call of a plugin is made when others are faster each time, the first time included.
pub const PLUGIN_CALL_MADE_MAX: u32 = 4;
/// Calls of one plugin that wait behind those; past it the answer is 503.
pub const PLUGIN_QUEUE_MAX: usize = 64;
/// The most waiting calls that an administrator can give a plugin.
pub const PLUGIN_QUEUE_CEILING: usize = 256;
/// Calls of one plugin that wait while it is replaced; past it the answer is 503.
pub const PLUGIN_HELD_MAX: usize = 1_000;
/// How long such a call waits at most.
pub const PLUGIN_HELD_WAIT_MS: u64 = 30_000;
/// Calls of a plugin's `migrate` for one upgrade.
pub const MIGRATION_STEPS_MAX: u32 = 1_000;
/// Writes of one migration. They are stored in one transaction, so this bounds how long others wait for the database.
pub const MIGRATION_WRITES_MAX: usize = 20_000;
/// The bodies of those writes, together: they are held in memory.
pub const MIGRATION_BYTES_MAX: usize = 128 << 20;
/// How long all steps of a migration may take, by the clock.
pub const MIGRATION_WALL_MS_MAX: u64 = 10 * 60 * 1000;
/// How often a plugin's `health` must answer well before an upgrade counts.
pub const UPGRADE_PROBES: u32 = 3;
/// Records that an error names when a new schema does not fit them.
pub const MISFITS_MAX: usize = 10;
/// Records that are held against a new schema at once.
pub const MISFIT_ROWS: u32 = 500;
/// A plugin that crashes again and again within this time after its upgrade goes back to the version before.
pub const UPGRADE_ON_TRIAL_MS: i64 = 10 * 60 * 1000;
/// Instances that the pool holds.
pub const PLUGIN_POOL_MAX: u32 = 256;

/// A request's header.
pub const HEADER_BYTES_MAX: usize = 16 << 10;
/// A request's address.
pub const ADDRESS_BYTES_MAX: usize = 8 << 10;
/// The header lines of one request.
pub const HEADERS_MAX: usize = 100;
/// Streams of one HTTP/2 connection.
pub const STREAMS_MAX: u32 = 128;
/// How long a request's header may take.
pub const HEADER_WAIT_MS: u64 = 10_000;
/// A request's body.
pub const BODY_BYTES_MAX: usize = 4 << 20;
/// How long a request's body may take.
pub const BODY_WAIT_MS: u64 = 30_000;
/// How much of a body that is too large is taken and forgotten, so that its sender gets to see the answer.
pub const BODY_PASSED_OVER_BYTES_MAX: usize = 32 << 20;
/// How long that may take.
pub const BODY_PASSED_OVER_MS: u64 = 1_000;
/// A bundle that is sent to be installed.
pub const UPLOAD_BYTES_MAX: usize = 64 << 20;
/// How long a bundle or a file may take to arrive.
pub const UPLOAD_WAIT_MS: u64 = 600_000;
/// Records of one export.
pub const EXPORT_ROWS_MAX: usize = 2_000_000;
/// Open connections.
pub const CONNECTIONS_MAX: usize = 10_000;
/// How long a stop waits for requests under way.
pub const STOP_WAIT_MS: u64 = 20_000;

/// One line of an imported file.
pub const IMPORT_LINE_BYTES_MAX: usize = 64 << 10;
/// Rows that one transaction of an import writes.
pub const IMPORT_BATCH_ROWS: usize = 2_048;
/// Such batches that may wait to be written.
pub const IMPORT_BATCHES_WAITING_MAX: usize = 2;
/// Such batches that are checked and encoded, and wait for the writer.
pub const IMPORT_BATCHES_READY_MAX: usize = 1;
/// Rejected rows that a report lists one by one.
pub const IMPORT_REPORT_ROWS_MAX: usize = 1_000_000;

/// Password checks that run or wait; past it the answer is 503.
pub const PASSWORD_CHECKS_WAITING_MAX: usize = 200;
/// A refused sign-in is answered at the next multiple of this, so that its time tells nothing.
pub const SIGN_IN_REFUSED_STEP_MS: u64 = 100;
/// When a session or token was last used is written down at most this often.
pub const LAST_USE_MS: i64 = 60 * 1000;
/// A personal token is good for so long.
pub const TOKEN_LIFE_MS: i64 = 365 * 24 * 60 * 60 * 1000;
/// The personal tokens of one account.
pub const TOKENS_MAX: usize = 20;
/// The name of an account, a token or a thing like that, in characters.
pub const TITLE_CHARS_MAX: usize = 200;

/// A manifest.
pub const MANIFEST_BYTES_MAX: usize = 2 << 20;
/// The kinds of one manifest.
pub const KINDS_MAX: usize = 64;
/// The parts of a JSON Schema after every reference is followed; it bounds the work of one validation.
pub const SCHEMA_PARTS_MAX: usize = 10_000;
/// References in a row in a JSON Schema.
pub const SCHEMA_REFERENCES_MAX: usize = 32;
/// The patterns of one JSON Schema.
pub const SCHEMA_PATTERNS_MAX: usize = 64;
/// One compiled pattern.
pub const PATTERN_BYTES_MAX: usize = 1 << 20;
/// The faults that one answer lists.
pub const FIELD_ERRORS_MAX: usize = 50;
/// Records that a search looks at to fill one page when it is filtered too.
pub const SEARCH_ROWS_MAX: u32 = 2_000;
/// How often a write without a version is tried again when the record moved.
pub const WRITE_TRIES_MAX: usize = 4;
/// Changes that a reader of the log takes in one transaction.
pub const READER_ROWS_MAX: u32 = 4_000;
/// An idempotency key.
pub const RECEIPT_KEY_BYTES_MAX: usize = 200;

/// The core modules that one component may instantiate.
pub const PLUGIN_CORE_INSTANCES_MAX: u32 = 32;
/// The memories of one component.
pub const PLUGIN_MEMORIES_MAX: u32 = 4;
/// The tables of one component.
pub const PLUGIN_TABLES_MAX: u32 = 16;
/// Random bytes that a plugin takes at once.
pub const PLUGIN_RANDOM_BYTES_MAX: u64 = 64 << 10;
/// Crashes of one plugin within `PLUGIN_TRAPS_MS` before it is put in quarantine.
pub const PLUGIN_TRAPS_MAX: usize = 3;
/// How long a crash counts.
pub const PLUGIN_TRAPS_MS: i64 = 10 * 60 * 1000;
/// The path of a file in a bundle.
pub const BUNDLE_PATH_BYTES_MAX: usize = 200;
/// A template or a locale of a bundle.
pub const BUNDLE_TEXT_BYTES_MAX: usize = 1 << 20;
/// A path that a plugin sends the browser to.
pub const REDIRECT_BYTES_MAX: usize = 2_000;

/// The message of a problem that a plugin answers.
pub const PROBLEM_CHARS_MAX: usize = 1_000;
/// The page of a problem waits so long to learn who reads it.
pub const PROBLEM_READER_MS: u64 = 500;
/// All hooks together may look at the writes of one request for so long.
pub const REVIEW_WALL_MS_MAX: u64 = 10_000;
/// A hook's processor time for one look.
pub const HOOK_CPU_MS_MAX: u64 = 50;
/// A hook's time by the clock for one look.
pub const HOOK_WALL_MS_MAX: u64 = 500;
/// Failures of one hook within `HOOK_FAILURES_MS` before it is not asked for a while.
pub const HOOK_FAILURES_MAX: usize = 5;
/// How long a failure of a hook counts.
pub const HOOK_FAILURES_MS: i64 = 60_000;
/// For how long a hook that failed too often is not asked.
pub const HOOK_REST_MS: i64 = 30_000;
/// Versions of read records that one unit remembers.
pub const UNIT_READS_MAX: usize = 20_000;

/// A file of a bundle that is neither its component nor a text.
pub const BUNDLE_ASSET_BYTES_MAX: usize = 64 << 20;
/// The list of the libraries inside a plugin.
pub const BUNDLE_SBOM_BYTES_MAX: usize = 8 << 20;
/// The signature of a bundle, with its certificates.
pub const SIGNATURE_BYTES_MAX: usize = 16 << 10;
/// The certificates of one bundle, from its publisher's up.
pub const CERTIFICATES_MAX: usize = 3;
/// A certificate or a file with a key.
pub const CERTIFICATE_BYTES_MAX: usize = 4 << 10;
/// The prefixes of one certificate or trust root.
pub const TRUST_PREFIXES_MAX: usize = 16;
/// The trust roots of one instance.
pub const TRUST_ROOTS_MAX: usize = 100;
/// A list of revocations.
pub const REVOCATIONS_BYTES_MAX: usize = 1 << 20;
/// The entries of a list of revocations.
pub const REVOCATIONS_MAX: usize = 4_000;
/// The key of a value that a plugin keeps.
pub const KV_KEY_BYTES_MAX: usize = 512;
/// A value that a plugin keeps.
pub const KV_VALUE_BYTES_MAX: usize = 64 << 10;
/// Values that one plugin may keep.
pub const KV_ITEMS_MAX: i64 = 100_000;
/// The keys and values that one plugin may keep, together.
pub const KV_BYTES_MAX: i64 = 256 << 20;
/// Values that one unit gathers.
pub const KV_WRITES_MAX: usize = 500;
/// The keys and values that one unit gathers, together.
pub const KV_UNIT_BYTES_MAX: usize = 8 << 20;
/// The keys of one page.
pub const KV_PAGE_ROWS_MAX: u32 = 1_000;
/// A secret that an administrator sets for a plugin.
pub const SECRET_BYTES_MAX: usize = 4 << 10;
/// Values whose time is over that one transaction of the clean-up forgets.
pub const KV_SWEEP_ROWS_MAX: i64 = 1_000;

/// What one count of records goes up to.
pub const COUNT_ROWS_MAX: u32 = 10_000;
/// The metrics of one plugin.
pub const PLUGIN_METRICS_MAX: usize = 32;
/// Records of its own kinds that one plugin may keep.
pub const PLUGIN_RECORDS_MAX: i64 = 100_000;
/// The most records, and the most files, that an administrator can let a plugin keep.
pub const PLUGIN_RECORDS_CEILING: u64 = 100_000_000;
/// The bodies of those records, together.
pub const PLUGIN_RECORDS_BYTES_MAX: i64 = 256 << 20;
/// The most bytes of records, and of files, that an administrator can let a plugin keep.
pub const PLUGIN_RECORDS_BYTES_CEILING: u64 = 1 << 40;
/// The bodies of their versions before, together, as a multiple of what the records themselves may have.
pub const PLUGIN_VERSIONS_FACTOR: i64 = 4;
/// What a version before counts for beside its body: its row and its change in the log.
pub const PLUGIN_VERSION_BYTES: i64 = 200;
/// The parts of a plugin's account, so that so many writers of its records on PostgreSQL do not wait for each other.
pub const PLUGIN_ACCOUNT_PARTS: u8 = 16;
/// The last hours in which a plugin was used that its usage is told for.
pub const PLUGIN_USAGE_HOURS_MAX: usize = 24;
/// The first quarantine of a plugin that crashed again and again; each that follows is twice as long.
pub const PLUGIN_QUARANTINE_MS_MIN: i64 = 1_000;
/// The longest quarantine.
pub const PLUGIN_QUARANTINE_MS_MAX: i64 = 5 * 60 * 1000;
/// Plugins that `/metrics` tells about.
pub const METRICS_PLUGINS_MAX: usize = 500;
/// A file that a plugin keeps.
pub const BLOB_BYTES_MAX: u64 = 64 << 20;
/// The files that one plugin may keep, together.
pub const BLOBS_BYTES_MAX: i64 = 256 << 20;
/// Files that one plugin may keep.
pub const BLOBS_MAX: i64 = 100_000;
/// What one host call writes into a file, or reads from it.
pub const BLOB_CHUNK_BYTES_MAX: usize = 1 << 20;
/// Files that one plugin call has open for writing.
pub const BLOB_UPLOADS_MAX: usize = 4;
/// Files that one unit keeps or deletes.
pub const BLOB_WRITES_MAX: usize = 100;
/// The files of one page of a plugin's list.
pub const BLOB_PAGE_ROWS_MAX: u32 = 100;
/// The media type of a file.
pub const MEDIA_TYPE_BYTES_MAX: usize = 100;
/// How long a link to a plugin's file is good.
pub const BLOB_LINK_S_MAX: u32 = 24 * 60 * 60;
/// A file that belongs to no row is swept away when it is so old.
pub const BLOB_LOOSE_MS: i64 = 24 * 60 * 60 * 1000;
/// Files that one round of the sweep removes.
pub const BLOB_SWEEP_FILES_MAX: usize = 10_000;
/// Messages that one plugin call sends to people.
pub const NOTICE_MESSAGES_MAX: usize = 100;
/// Accounts that one message, and one call, tells.
pub const NOTICE_RECIPIENTS_MAX: usize = 1_000;
/// Holders of a role among whom those of one province are looked for.
pub const NOTICE_GRANTS_MAX: u32 = 20_000;
/// Notices that one account keeps; the oldest go.
pub const NOTICES_MAX: i64 = 200;
/// The key of a notice's message.
pub const NOTICE_KEY_BYTES_MAX: usize = 100;
/// The values of a notice's message.
pub const NOTICE_ARGS_MAX: usize = 16;
/// The names and values of a notice's message, together.
pub const NOTICE_ARGS_BYTES_MAX: usize = 4 << 10;
/// The values that a plugin gives with a message to be put into words.
pub const MESSAGE_ARGS_MAX: usize = 64;
/// Those values and their names, together: a message may show each of them a hundred times.
pub const MESSAGE_ARGS_BYTES_MAX: usize = 64 << 10;
/// The notices of one page.
pub const NOTICE_PAGE_ROWS: u32 = 20;
/// A deleted notice can be brought back for so long.
pub const NOTICE_DELETED_MS: i64 = 24 * 60 * 60 * 1000;
/// How deep calls between plugins nest.
pub const CALL_DEPTH_MAX: usize = 4;
/// Calls that one plugin call makes to other plugins.
pub const CALLS_MAX: usize = 16;
/// What is asked of another plugin, and what it answers.
pub const CALL_BYTES_MAX: usize = 1 << 20;
/// A plugin's processor time for a part of one of the kernel's pages.
pub const FRAGMENT_CPU_MS_MAX: u64 = 50;
/// A plugin's time by the clock for that.
pub const FRAGMENT_WALL_MS_MAX: u64 = 300;
/// The parts that plugins have on one page.
pub const FRAGMENTS_MAX: usize = 8;
/// Cooperatives that a plugin is told its caller acts for.
pub const ACTS_FOR_MAX: usize = 100;
/// A part of a page, rendered.
pub const FRAGMENT_BYTES_MAX: usize = 128 << 10;

/// The manifest of a bundle in a registry.
pub const REGISTRY_MANIFEST_BYTES_MAX: usize = 256 << 10;
/// How long a registry may take to take a connection.
pub const REGISTRY_CONNECT_MS: u64 = 10_000;
/// How long a registry may take to sign somebody in and to answer with a manifest.
pub const REGISTRY_ANSWER_MS: u64 = 30_000;
/// How long a registry may be silent while a bundle is on its way.
pub const REGISTRY_SILENCE_MS: u64 = 30_000;
/// The file in which docker keeps who signs in to which registry.
pub const DOCKER_FILE_BYTES_MAX: u64 = 1 << 20;
}
