//! The bounds of data protection.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// Processings that an instance records.
pub const PROCESSINGS_MAX: usize = 500;
/// Records of one kind that are given out about one person.
pub const DOSSIER_RECORDS_MAX: usize = 1_000;
/// Versions of one record that are given out about one person.
pub const DOSSIER_VERSIONS_MAX: usize = 50;
/// Cooperatives whose acts are looked through for one person.
pub const DOSSIER_COOPERATIVES_MAX: usize = 50;
/// Parts of one act that name one person.
pub const DOSSIER_PARTS_MAX: usize = 100;
/// Accounts of one person in it.
pub const DOSSIER_ACCOUNTS_MAX: usize = 20;
/// Requests of one person that wait for an answer.
pub const SUBJECT_REQUESTS_OPEN_MAX: usize = 10;
/// What a person asks, and what is answered, in letters.
pub const SUBJECT_REQUEST_CHARS_MAX: usize = 4_000;
/// For how long it is looked again whether what somebody opposed is gone, in milliseconds.
pub const OPPOSITION_BACK_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How often that is, in milliseconds.
pub const OPPOSITION_EVERY_MS: i64 = 60 * 60 * 1000;
/// Records that are looked at in one step of retention.
pub const RETENTION_STEP_ROWS: u32 = 100;
/// Records that a preview names.
pub const RETENTION_SHOWN_MAX: usize = 50;
/// Memberships of one person that retention looks through.
pub const RETENTION_MEMBERSHIPS_MAX: usize = 500;
/// How often retention looks by itself, in milliseconds.
pub const RETENTION_EVERY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long retention rests after each step, in milliseconds, so that others write meanwhile.
pub const RETENTION_REST_MS: i64 = 20;
}
