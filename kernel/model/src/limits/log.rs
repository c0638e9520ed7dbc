//! The bounds of plugins' logs.

use super::amount::{Amount, named};

named! {
pub(super) all;
/// What one plugin may log in a minute.
pub const PLUGIN_LOG_MINUTE_BYTES_MAX: usize = 1 << 20;
/// Lines that one plugin may log in a second.
pub const PLUGIN_LOG_SECOND_LINES_MAX: usize = 100;
/// The file of a plugin's log. When it is full it takes the place of the one before, so twice this is kept.
pub const PLUGIN_LOG_FILE_BYTES_MAX: u64 = 1 << 20;
/// The last lines of a plugin's log that are read at once.
pub const PLUGIN_LOG_TAIL_LINES_MAX: usize = 1_000;
/// One line of a plugin's log.
pub const PLUGIN_LOG_LINE_BYTES_MAX: usize = 4 << 10;
/// The named fields of one line of a plugin's log.
pub const PLUGIN_LOG_FIELDS_MAX: usize = 16;
}
