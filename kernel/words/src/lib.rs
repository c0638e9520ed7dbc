//! Words, numbers and days in the seven languages, for everything that shows something to people.
//!
//! It knows no page, no plugin's code and no database.

pub mod format;
mod messages;

pub use messages::{Messages, MessagesError, Texts};
