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
/// A page with one entry alone may be so long: an entry at its largest that nothing makes shorter must still get through.
pub const FED_PAGE_ALONE_BYTES_MAX: usize = (1 << 20) + (128 << 10);
/// Up to here a page may expand whatever its size: one long entry may be very regular.
pub const FED_PAGE_EASY_BYTES: usize = 2 << 20;
/// What stands before a page's entries: its checkpoint and the proof.
pub const FED_PAGE_HEAD_BYTES_MAX: usize = 32 << 10;
/// A chunk of a snapshot as it travels.
pub const FED_CHUNK_BYTES_MAX: usize = 4 << 20;
/// The hashes that prove the entries of one chunk.
pub const FED_CHUNK_PROOF_HASHES_MAX: usize = 65_536;
/// What moves to another home together: a cooperative, and the people who go with it.
pub const FED_PARCEL_ROOTS_MAX: usize = 5_000;
/// The records that are handed over with it.
pub const FED_PARCEL_RECORDS_MAX: usize = 20_000;
/// They, before they are compressed and sealed.
pub const FED_PARCEL_EXPANDED_BYTES_MAX: usize = 64 << 20;
/// They, as they travel.
pub const FED_PARCEL_BYTES_MAX: usize = 32 << 20;
/// The parts of one bundle: pages, chunks, and what goes before them.
pub const FED_BUNDLE_PAGES_MAX: u64 = 1_000_000;
/// One part of a bundle: a chunk or a signed document at its longest, with what seals it.
pub const FED_BUNDLE_PART_BYTES_MAX: usize = (4 << 20) + (1 << 10);
/// A bundle, when its operator names no other bound: what the file system of most sticks (FAT32) takes as one file.
pub const FED_BUNDLE_BYTES_MAX: u64 = (4 << 30) - 1;
/// The least that a bundle may be bounded to: the greeting and one page at their longest.
pub const FED_BUNDLE_BYTES_MIN: u64 = 16 << 20;
/// The head of a bundle.
pub const FED_BUNDLE_HEAD_BYTES_MAX: usize = 4 << 10;
/// An agreement as it is signed.
pub const FED_AGREEMENT_BYTES_MAX: usize = 256 << 10;
/// How long an agreement may hold, in days: two years.
pub const FED_AGREEMENT_DAYS_MAX: u32 = 731;
/// How long what an agreement gives may be kept, in days.
pub const FED_RETENTION_DAYS_MAX: u32 = 36_600;
/// How long an agreement may let the other side take to erase something, in days.
pub const FED_ERASURE_DAYS_MAX: u32 = 90;
/// A sentence of an agreement: its purpose, its legal basis.
pub const FED_SENTENCE_BYTES_MAX: usize = 2_000;
/// The kinds of one plane that an agreement gives.
pub const FED_AGREED_KINDS_MAX: usize = 64;
/// The fields of one kind that an agreement names.
pub const FED_AGREED_FIELDS_MAX: usize = 500;
/// The attributes that one filter looks at.
pub const FED_FILTER_ATTRIBUTES_MAX: usize = 8;
/// The values that a filter lets through of one attribute.
pub const FED_FILTER_VALUES_MAX: usize = 200;
/// One such value.
pub const FED_FILTER_VALUE_BYTES_MAX: usize = 200;
/// The instances that may be given a thing further.
pub const FED_ONWARD_MAX: usize = 64;
/// Masked rows that a preview shows.
pub const FED_PREVIEW_SAMPLES_MAX: usize = 5;
/// Entries of one log that a preview looks at; it says when there are more.
pub const FED_PREVIEW_ENTRIES_MAX: u64 = 50_000;
/// Entries that are read at once for a preview or the ledger.
pub const FED_PREVIEW_STEP: usize = 500;
/// Entries about one subject of which the ledger tells to whom they went.
pub const FED_TOLD_ROWS_MAX: u32 = 2_000;
/// Spans of the ledger that a page shows of one peer.
pub const FED_LEDGER_SHOWN_MAX: u32 = 500;
/// The list of what a package holds.
pub const FED_PACKAGE_BYTES_MAX: usize = 2 << 20;
/// The records of one package.
pub const FED_PACKAGE_RECORDS_MAX: usize = 10_000;
/// The name of a record in a package.
pub const FED_PACKAGE_NAME_BYTES_MAX: usize = 200;
/// A package with the bytes of its records, as it travels.
pub const FED_PACKAGE_WHOLE_BYTES_MAX: usize = 16 << 20;
/// A part of it: what one entry of the publisher's control log carries.
pub const FED_PACKAGE_PART_BYTES: usize = 128 << 10;
/// Versions of packages that a list shows.
pub const FED_PACKAGES_SHOWN_MAX: u32 = 500;
/// Changed records that the difference of a package names; there may be more, which are counted.
pub const FED_DIFFERENCE_LINES_MAX: usize = 500;
/// Cases that are opened in one step, and rows that are looked at in one.
pub const FED_CASES_STEP: u32 = 200;
/// Cases of one state that a list shows.
pub const FED_CASES_SHOWN_MAX: u32 = 200;
/// Words of packages and cases that are read at once.
pub const FED_WORDS_READ_MAX: usize = 100;
/// Why a case was answered so, in letters.
pub const FED_CASE_REASON_CHARS_MAX: usize = 500;
/// A text of a cooperative in a word about a case, in letters.
pub const FED_CASE_TEXT_CHARS_MAX: usize = 300;
/// What is compared of a cooperative, as JSON, in a word about a case.
pub const FED_CASE_SIDE_BYTES_MAX: usize = 16 << 10;
/// Separate ranges of one log that a ledger holds for one peer and one version of an agreement.
pub const FED_LEDGER_RANGES_MAX: usize = 1_000;
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
/// Changes of records that a step of the federation reads up with before it writes; past that it waits until the sequencer has.
pub const FED_CAUGHT_UP_MAX: usize = 20_000;
/// What the records have not taken of others', tried again in one transaction.
pub const FED_APPLY_STEP: u32 = 500;
/// The letters of a reason for which a proposal is refused.
pub const FED_REASON_CHARS_MAX: usize = 1_000;
/// Proposals that one round of the background goes through at once.
pub const FED_PROPOSALS_ROWS: u32 = 200;
/// Transfers that one list shows.
pub const FED_TRANSFERS_SHOWN: u32 = 200;
/// Cooperatives that are offered together.
pub const FED_OFFERED_MAX: usize = 500;
/// What other homes say of records, taken in one transaction.
pub const FOREIGN_RECORDS_MAX: usize = 2_000;
/// Records from which fields are taken back in one step.
pub const FOREIGN_WITHHELD_ROWS: u32 = 500;
/// The subjects that move to another home together: a cooperative, and the people who go with it.
pub const MOVED_SUBJECTS_MAX: usize = 20_000;
/// Their records.
pub const MOVED_RECORDS_MAX: usize = 100_000;
/// The records of one subject and kind that are read at once while they move.
pub const MOVED_ROWS: u32 = 500;
/// How long one page should take on the link: a page is the unit of progress.
pub const FED_PAGE_AIM_MS: u64 = 5_000;
/// What a page is asked for at first, and at least: room for one entry is always given, however large it is.
pub const FED_PAGE_ASKED_BYTES_MIN: u64 = 4 << 10;
/// What the lane `control` may send in one round before the next lane has its turn.
pub const FED_LANE_CONTROL_BYTES: u64 = 4 << 20;
/// The same for the lane of `registry`…
pub const FED_LANE_REGISTRY_BYTES: u64 = 4 << 20;
/// …of `members`…
pub const FED_LANE_MEMBERS_BYTES: u64 = 2 << 20;
/// …of `catalogue` and of plugins…
pub const FED_LANE_CATALOGUE_BYTES: u64 = 1 << 20;
/// …and of files.
pub const FED_LANE_BLOBS_BYTES: u64 = 1 << 20;
/// The first wait after a failure.
pub const FED_RETRY_FIRST_MS: u64 = 1_000;
/// The longest wait after failures in a row.
pub const FED_RETRY_MS_MAX: u64 = 15 * 60 * 1000;
/// The longest wait that a peer may ask for.
pub const FED_RETRY_AFTER_MS_MAX: u64 = 60 * 60 * 1000;
/// The chunks of one snapshot.
pub const FED_CHUNKS_MAX: usize = 4_096;
/// Entries that wait with a receiver of one log until something arrives; past it the log waits as a whole.
pub const FED_PARKED_MAX: usize = 10_000;
/// Parked entries that one step looks at again.
pub const FED_UNPARK_STEP: usize = 500;
/// Entries that the sequencer makes in one transaction.
pub const FED_SEQUENCE_ENTRIES_MAX: usize = 1_000;
/// Checkpoints of others' logs that were heard of and are held until the log gets there.
pub const FED_HEARD_MAX: usize = 8;
/// Leaf hashes that a comparison of two checkpoints reads.
pub const FED_LEAVES_MAX: u64 = 4_000_000;
/// The patch of a proposal.
pub const FED_PATCH_BYTES_MAX: usize = 256 << 10;
/// Fields that the difference of a proposal names.
pub const FED_DIFFERENCE_FIELDS_MAX: usize = 1_000;
/// Entries of one log that are kept for peers that are behind; past it the one furthest behind needs a snapshot.
pub const FED_KEPT_ENTRIES_MAX: u64 = 2_000_000;
}
