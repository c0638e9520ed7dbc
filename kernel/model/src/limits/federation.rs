//! The bounds of what instances send each other.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// The header of one entry of a log.
pub const FED_HEADER_BYTES_MAX: usize = 8 << 10;
/// What one entry discloses, together: a record at its largest, with its salts.
pub const FED_DISCLOSURES_BYTES_MAX: usize = (1 << 20) + (64 << 10);
/// The entries of one page.
pub const FED_PAGE_ENTRIES_MAX: usize = 2_000;
/// A page as it travels.
pub const FED_PAGE_BYTES_MAX: usize = 1 << 20;
/// A page expanded.
pub const FED_PAGE_EXPANDED_BYTES_MAX: usize = 8 << 20;
/// How many times its size a page may expand to.
pub const FED_PAGE_RATIO_MAX: usize = 100;
/// How deep the values of the wire may nest: a record's JSON, within the forms around it.
pub const FED_CBOR_DEPTH_MAX: usize = 40;
/// The groups of fields of one entry.
pub const FED_GROUPS_MAX: usize = 8;
/// The fields of one group.
pub const FED_GROUP_FIELDS_MAX: usize = 1_000;
/// The keys of a header that this version does not know.
pub const FED_UNKNOWN_KEYS_MAX: usize = 64;
/// The name of a schema with its version.
pub const FED_SCHEMA_BYTES_MAX: usize = 120;
/// The hashes of one proof: no tree of 64-bit size needs more.
pub const FED_PROOF_HASHES_MAX: usize = 128;
/// A checkpoint as a signed note.
pub const FED_NOTE_BYTES_MAX: usize = 16 << 10;
/// The signatures of one note or envelope.
pub const FED_SIGNATURES_MAX: usize = 16;
/// An envelope with its payload.
pub const FED_ENVELOPE_BYTES_MAX: usize = 4 << 20;
/// The members of a directory.
pub const FED_MEMBERS_MAX: usize = 500;
/// The rotations of one instance's keys.
pub const FED_ROTATIONS_MAX: usize = 100;
/// The keys of one instance that a ring holds.
pub const FED_KEYS_MAX: usize = 200;
/// The logs of one instance: its planes.
pub const FED_LOGS_MAX: usize = 64;
/// The address of an instance.
pub const FED_URL_BYTES_MAX: usize = 400;
/// The protocol versions that one instance speaks.
pub const FED_PROTOCOL_VERSIONS_MAX: usize = 16;
/// The provinces of one instance.
pub const FED_PROVINCES_MAX: usize = 200;
/// The header lines of a signed message.
pub const FED_LINES_MAX: usize = 64;
/// What the header lines of a signed message hold, together.
pub const FED_LINES_BYTES_MAX: usize = 32 << 10;
/// The parts of a message that one signature covers.
pub const FED_SIGNED_PARTS_MAX: usize = 16;
/// How long the signature of a request is good.
pub const FED_SIGNATURE_LIFE_S: i64 = 300;
/// How far a request may seem to come from the future.
pub const FED_SIGNATURE_SKEW_MS: i64 = 300_000;
/// The nonces of one peer's requests that are kept.
pub const FED_NONCES_MAX: usize = 4_096;
/// The challenges of one peer that are open at once.
pub const FED_CHALLENGES_MAX: usize = 8;
/// The version of the protocol that this kernel speaks.
pub const FED_PROTOCOL: u16 = 1;
/// The letters of a key on paper that are read.
pub const FED_PAPER_LETTERS_MAX: usize = 200;
/// How much a log grows while the signing key before a change still counts for it.
pub const FED_KEY_OVERLAP_ENTRIES: u64 = 100_000;
/// How long the secret half of that key is kept.
pub const FED_KEY_OVERLAP_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// From which age on a directory is told to be old.
pub const FED_DIRECTORY_STALE_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// From which age on of the directory no new agreement is made.
pub const FED_DIRECTORY_STOP_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// How long a peer may be silent before that is told.
pub const FED_SILENT_MS: i64 = 24 * 60 * 60 * 1000;
/// From which difference of the clocks on that is told.
pub const FED_CLOCK_TOLD_MS: i64 = 60_000;
/// The beginning of an instance's id that stands for it on the command line.
pub const FED_NODE_PREFIX_CHARS_MIN: usize = 8;
}
