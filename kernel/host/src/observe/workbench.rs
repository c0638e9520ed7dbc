//! What the author's tools ask of a host. An instance that serves people has none of it.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::CallTrace;
use crate::outbound::StandIn;

/// How the host is watched and held still.
#[derive(Debug, Clone, Default)]
pub struct Workbench {
    /// Where the trace of each call goes. What does not fit is dropped: a call never waits for those who watch.
    pub traces: Option<mpsc::Sender<CallTrace>>,
    /// Whether instructions are counted.
    pub metering: Metering,
    /// Guests get the same randomness for the same request, and their clocks are the instance's, which can be held still. None gives them
    /// real randomness and clocks that run.
    pub replay_seed: Option<u64>,
    /// What stands in for the network.
    pub stand_in: Option<Arc<StandIn>>,
}

/// Whether instructions are counted. Counting makes every guest slower, so it is for tests only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Metering {
    /// They are not.
    #[default]
    Off,
    /// Each call's are: the same work gives the same number.
    Instructions,
}
