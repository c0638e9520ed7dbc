//! What goes into a bundle besides the pages, and how each of its parts is closed: for a peer that no line reaches.
//!
//! Here are the forms, and how what came is opened. The file itself is `bundle`, and what leaves is made by the gate alone.

mod cover;
mod part;

pub use cover::{Cover, CoverError};
pub(crate) use part::{MAGIC, PURPOSE};
pub use part::{Part, PartError, opened};

#[cfg(test)]
mod tests;
