//! The project bank.

mod lineage;
mod plan;
#[doc(hidden)]
pub mod timing;
