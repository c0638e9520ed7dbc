//! What all connections of a line share: its switches, its counts, its two directions, its recordings.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::ensure;
use tokio::sync::watch;

use super::bucket::Bucket;
use super::switches::{Fault, Switches, Way};
use super::tape::Tape;

/// How many faults may wait for answers.
const PLANNED_MAX: usize = 1024;
/// What is read at once from a line without a limit, and from one with a limit: about what a packet holds.
const READ_BYTES: usize = 16 << 10;
const PACKET_BYTES: usize = 1_400;

/// What has passed over a line since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Bytes that were handed to the target.
    pub up_bytes: u64,
    /// Bytes that were handed to those who dial.
    pub down_bytes: u64,
    /// Connections that were accepted.
    pub connections: u64,
    /// Connections that are open now.
    pub open: u64,
    /// Requests of HTTP/1.1 of which the head was seen, also when it was then swallowed.
    pub requests: u64,
    /// Requests of HTTP/1.1 that were seen whole and recorded.
    pub recorded: u64,
    /// Answers of HTTP/1.1 that ended, as the target said them.
    pub answers: u64,
    /// Answers that suffered a fault of their own: reset, truncated, shortened or held.
    pub faults: u64,
}

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// To the target.
    Up,
    /// From the target.
    Down,
}

/// What is at the other end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ends {
    Straight(SocketAddr),
    Office,
}

/// A fault that waits for an answer; the number tells it from others that are like it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planned {
    pub(crate) fault: Fault,
    /// None when it holds for every answer.
    number: Option<u64>,
}

#[derive(Debug, Default)]
struct Plans {
    next: VecDeque<Planned>,
    last_number: u64,
}

#[derive(Debug)]
pub(crate) struct Line {
    office: bool,
    switches: watch::Sender<Switches>,
    counts: watch::Sender<Counts>,
    up: Bucket,
    down: Bucket,
    plans: Mutex<Plans>,
    tape: Mutex<Tape>,
}

impl Line {
    pub(crate) fn new(ends: Ends) -> Self {
        let (office, target) = match ends {
            Ends::Straight(target) => (false, Some(target)),
            Ends::Office => (true, None),
        };
        Self {
            office,
            switches: watch::Sender::new(Switches { target, ..Switches::default() }),
            counts: watch::Sender::new(Counts::default()),
            up: Bucket::default(),
            down: Bucket::default(),
            plans: Mutex::default(),
            tape: Mutex::default(),
        }
    }

    pub(crate) fn is_office(&self) -> bool {
        self.office
    }

    pub(crate) fn switch(&self, change: impl FnOnce(&mut Switches)) {
        self.switches.send_modify(change);
    }

    pub(crate) fn switches(&self) -> watch::Ref<'_, Switches> {
        self.switches.borrow()
    }

    pub(crate) fn target(&self) -> Option<SocketAddr> {
        self.switches().target
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.counts.send_modify(change);
    }

    pub(crate) fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    pub(crate) fn watch_counts(&self) -> watch::Receiver<Counts> {
        self.counts.subscribe()
    }

    /// Whether what goes that way is lost now.
    pub(crate) fn swallows(&self, side: Side) -> bool {
        match self.switches().way {
            Way::Pass => false,
            Way::HalfOpen => true,
            Way::RequestsLost => side == Side::Up,
            Way::AnswersLost => side == Side::Down,
        }
    }

    /// How much is read at once.
    pub(crate) fn packet_bytes(&self) -> usize {
        if self.switches().kbit_max.is_some() { PACKET_BYTES } else { READ_BYTES }
    }

    /// Waits until so many bytes are through, behind those of all other connections.
    pub(crate) async fn take(&self, side: Side, bytes: usize) {
        let bucket = match side {
            Side::Up => &self.up,
            Side::Down => &self.down,
        };
        bucket.take(bytes, self.switches.subscribe()).await;
    }

    pub(crate) fn tape(&self) -> MutexGuard<'_, Tape> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn plan(&self, fault: Fault) -> anyhow::Result<()> {
        let mut plans = self.plans();
        ensure!(plans.next.len() < PLANNED_MAX, "{PLANNED_MAX} faults wait for answers already");
        plans.last_number += 1;
        let number = Some(plans.last_number);
        plans.next.push_back(Planned { fault, number });
        Ok(())
    }

    /// What the answer that begins now is to suffer.
    pub(crate) fn planned(&self) -> Planned {
        let next = self.plans().next.front().copied();
        next.unwrap_or_else(|| Planned { fault: self.switches().every, number: None })
    }

    /// Whether the fault may strike now. One that was for a single answer may not when another answer was sooner.
    pub(crate) fn strike(&self, planned: Planned) -> bool {
        let mut plans = self.plans();
        let strikes = match planned.number {
            None => true,
            Some(number) => {
                let place = plans.next.iter().position(|other| other.number == Some(number));
                place.and_then(|place| plans.next.remove(place)).is_some()
            }
        };
        drop(plans);
        if strikes && planned.fault != Fault::None {
            self.count(|counts| counts.faults += 1);
        }
        strikes
    }

    fn plans(&self) -> MutexGuard<'_, Plans> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
