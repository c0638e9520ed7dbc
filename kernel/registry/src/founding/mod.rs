//! The founding file: the guided path of a cooperative from the request for its name to registration.
//!
//! A file (`registry/founding`) belongs to its founders (`registry/founder`), who are members of the public with an account: one opens it and
//! invites the others, each confirms. They fill in what acts will say, in any order and in pieces; `lacks` tells what is missing. The
//! office answers, asks for corrections, accepts; then `acts` are entered from the file, through their own door (decision 28).
//!
//! It knows no HTTP and no page; what somebody is told stands in the kernel's messages.
//!
//! Invariant: nobody writes a file but through `Foundings`. Whoever takes no part in one, and does not keep the register of its province,
//! learns nothing of it.

mod carried;
mod door;
mod error;
mod file;
mod founder;
mod lacks;
mod papers;
mod sourced;
mod step;

pub use carried::{Carried, CarriedPerson, Source, SourceError};
pub use door::{
    Entry, Foundings, Invitation, Invited, Mine, NameAnswer, NewDocument, Offer, Seen, Viewer, WaitingPage,
    WaitingQuery,
};
pub use error::FoundingError;
pub use file::{Correction, Document, Founding, StatuteEntry};
pub use founder::{Founder, MEMBER_FIELDS, PERSONAL_FIELDS, Seat, TERM_FIELDS};
pub use lacks::{Lack, Progress, lacks, progress};
pub use papers::{Paper, PaperList, list as paper_list, paper, papers};
pub use sourced::{of_source, rules_told};
pub use step::{Party, Section, Step};

#[cfg(test)]
mod tests;
