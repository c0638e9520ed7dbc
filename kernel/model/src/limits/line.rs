//! The bounds of the talk between two instances: what is asked, what is answered, how long each waits.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// What an instance says of itself when it is asked.
pub const FED_HELLO_BYTES_MAX: usize = 512 << 10;
/// Packages that it names there.
pub const FED_PACKAGES_MAX: usize = 1_000;
/// Checkpoints of others' logs that are told at once.
pub const FED_SEEN_MAX: usize = 500;
/// Chunks of a snapshot that are named as missing at once.
pub const FED_MISSING_MAX: usize = 4_096;
/// Checkpoints that are told at once, together.
pub const FED_SEEN_BYTES_MAX: usize = 2 << 20;
/// The statements of one instance's keys, as they travel.
pub const FED_KEYS_BYTES_MAX: usize = 256 << 10;
/// The manifest of a snapshot.
pub const FED_MANIFEST_BYTES_MAX: usize = 2 << 20;
/// A part of a chunk, as it is fetched or brought at once.
pub const FED_PART_BYTES_MAX: usize = 1 << 20;
/// An answer that only says how things stand: a position, the chunks that are missing, a problem.
pub const FED_SHORT_BYTES_MAX: usize = 256 << 10;
/// A letter that one instance carries for another, and the answer to it: what the longest question brings, and its head.
pub const FED_LETTER_BYTES_MAX: usize = (4 << 20) + (64 << 10);
/// Letters that lie at an instance at once, together.
pub const FED_LETTERS_BYTES_MAX: usize = 16 << 20;
/// Letters of one instance to one other that lie there at once.
pub const FED_LETTERS_MAX: usize = 4;
/// How long a question that waits for a letter, or for the answer to one, may be kept waiting.
pub const FED_LETTER_WAIT_MS_MAX: u64 = 660_000;
/// Whoever has not asked for its letters for so long is not there.
pub const FED_LETTER_AWAY_MS: i64 = 300_000;
/// Letters of one instance that are answered at once by the one that they are for.
pub const FED_LETTERS_ANSWERED_MAX: usize = 16;
/// Questions of one peer that are answered at once.
pub const FED_PEER_REQUESTS_MAX: usize = 4;
/// What one peer may send and fetch in a day.
pub const FED_PEER_BYTES_DAY_MAX: u64 = 8 << 30;
/// The time that this machine works for one peer in a day.
pub const FED_PEER_WORK_MS_DAY_MAX: u64 = 4 * 60 * 60 * 1000;
/// Requests without a good signature that come from one place before none is looked at…
pub const FED_STRANGER_TRIES_MAX: u64 = 50;
/// …and how many more a second.
pub const FED_STRANGER_TRIES_PER_S: u64 = 5;
/// Places from which such requests come that are told apart.
pub const FED_STRANGERS_MAX: usize = 4_096;
/// How long a question for what is new may be kept waiting.
pub const FED_HELLO_WAIT_MS_MAX: u64 = 600_000;
/// How long a question for a page may be kept waiting.
pub const FED_PAGES_WAIT_MS_MAX: u64 = 25_000;
/// How long an answer may take beside what its bytes take and what it is kept waiting on purpose.
pub const FED_ANSWER_MS_MAX: u64 = 30_000;
/// Without a byte on the line.
pub const FED_STALL_MS_MAX: u64 = 20_000;
/// A line that carries less is given up: what is asked for next is smaller.
pub const FED_BYTES_PER_S_MIN: u64 = 2_000;
/// How long a nonce is remembered after its request has ended.
pub const FED_NONCE_KEPT_MS: i64 = 600_000;
/// Nonces that are forgotten in one transaction.
pub const FED_NONCES_FORGOTTEN_ROWS: u32 = 10_000;
/// How long a snapshot is kept for whoever fetches it.
pub const FED_SNAPSHOT_KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// What snapshots that are being fetched take up, together.
pub const FED_SHELF_BYTES_MAX: u64 = 4 << 30;
/// A contact with a peer is written down again after this.
pub const FED_CONTACT_NOTE_MS: i64 = 30_000;
/// How often a peer is told which checkpoints of others are known.
pub const FED_GOSSIP_MS: i64 = 60 * 60 * 1000;
}
