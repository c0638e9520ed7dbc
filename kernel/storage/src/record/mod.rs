//! Records: the current row of each, its superseded versions, and the change of every write.
//!
//! A body is text here, and what an index holds was computed by the caller. Tombstones stay in the table, out of every
//! index but that of ids.

mod count;
mod find;
mod foreign;
mod hold;
mod insert;
mod replace;
mod row;
mod scan;
mod sorted;
mod statement;

pub use count::count;
pub use find::{
    complete, find, find_many, find_many_light, find_unique, find_unique_many, find_versions, version, versions,
};
pub use foreign::{Term, forget_versions, of_home, of_subject, rewrite, set_tenure, terms};
pub use hold::hold;
pub use insert::{Insertion, insert};
pub use replace::replace;
pub use row::{IndexKeys, NewRow, RecordRow};
pub(crate) use row::{author, operation};
pub use scan::{Order, Reach, Scan, Within, explain, scan, scan_light};
pub use sorted::{Sought, find_sorted_many};
