//! The groups of checks, each in a file of its own.

pub(crate) mod agreement;
pub(crate) mod answers;
pub(crate) mod bounds;
pub(crate) mod fork;
pub(crate) mod hello;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod replay;
pub(crate) mod signature;
pub(crate) mod snapshots;
pub(crate) mod squeeze;
pub(crate) mod statements;
