//! What surrounds one guest while it runs: its store's state, its bounds, its clock.

pub(crate) mod budget;
pub(crate) mod limiter;
pub(crate) mod nothing;
pub(crate) mod state;
pub(crate) mod wasi;
