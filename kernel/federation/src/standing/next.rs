//! What somebody should do next about a peer: one step, the one that everything else waits for.

use tiwizi_model::Instant;

use super::peer::Standing;
use crate::peers::Trouble;

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// The line was cut here by its switch: mend it.
    Mend,
    /// The peer was let rest here: resume.
    Resume,
    /// The directory does not name it, or suspends it: ask those who keep the directory.
    Directory,
    /// It signed two histories of one log: nothing more is taken of it until people have looked.
    Fork,
    /// The clocks are too far apart: set the one that is wrong.
    Clock,
    /// What it sends does not hold, or what answers is not it: call its office.
    Call,
    /// Entries wait that this version does not understand: upgrade.
    Upgrade,
    /// Entries wait for something else: look at them.
    LookAtParked,
    /// It could not be reached; it is tried again by itself.
    Unreachable {
        /// When.
        again_at: Instant,
    },
    /// An agreement waits for a signature here.
    Sign,
    /// Nothing is agreed on, and an agreement that was offered here waits for the other side.
    Offered,
    /// Nothing is agreed on.
    Agree,
    /// It was never heard of: it has to call, or be reached.
    Await,
    /// One side is behind and catches up by itself.
    CatchUp,
    /// It takes a snapshot, by itself.
    Snapshot,
    /// Nothing.
    Nothing,
}

impl NextStep {
    /// Its name in the API, and the end of the key of its sentence on pages.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Mend => "mend",
            Self::Resume => "resume",
            Self::Directory => "directory",
            Self::Fork => "fork",
            Self::Clock => "clock",
            Self::Call => "call",
            Self::Upgrade => "upgrade",
            Self::LookAtParked => "parked",
            Self::Unreachable { .. } => "unreachable",
            Self::Sign => "sign",
            Self::Offered => "offered",
            Self::Agree => "agree",
            Self::Await => "await",
            Self::CatchUp => "catch-up",
            Self::Snapshot => "snapshot",
            Self::Nothing => "nothing",
        }
    }

    /// Whether it waits for people: the rest comes by itself.
    #[must_use]
    pub fn is_for_people(self) -> bool {
        match self {
            Self::Mend
            | Self::Resume
            | Self::Directory
            | Self::Fork
            | Self::Clock
            | Self::Call
            | Self::Upgrade
            | Self::LookAtParked
            | Self::Sign
            | Self::Agree => true,
            Self::Unreachable { .. } | Self::Offered | Self::Await | Self::CatchUp | Self::Snapshot | Self::Nothing => {
                false
            }
        }
    }

    /// The step for a peer, by everything else that is known of it.
    pub(super) fn of(standing: &Standing) -> Self {
        let row = &standing.row;
        if row.cut {
            return Self::Mend;
        }
        if row.paused {
            return Self::Resume;
        }
        if !standing.is_member {
            return Self::Directory;
        }
        if standing.taken.iter().any(|taken| taken.is_stopped) {
            return Self::Fork;
        }
        if standing.taken.iter().any(|taken| taken.parked_not_understood > 0) {
            return Self::Upgrade;
        }
        if standing.parked() > 0 {
            return Self::LookAtParked;
        }
        if let Some(code) = row.error_code.as_deref() {
            return Self::after(Trouble::read(code), row.next_try_at);
        }
        if standing.waits_for_us {
            return Self::Sign;
        }
        if !standing.has_agreement && !standing.waits_for_them {
            return Self::Agree;
        }
        if row.contact_at.is_none() {
            return Self::Await;
        }
        if !standing.has_agreement {
            return Self::Offered;
        }
        if standing.given.iter().any(|given| given.needs_snapshot) {
            return Self::Snapshot;
        }
        if standing.behind_here() > 0 || standing.behind_there() > 0 { Self::CatchUp } else { Self::Nothing }
    }

    /// The step after a failure. What another version of the kernel wrote is taken for a line that is down.
    fn after(trouble: Option<Trouble>, again_at: Instant) -> Self {
        match trouble {
            Some(Trouble::KeyUnknown | Trouble::Suspended) => Self::Directory,
            Some(Trouble::Clock) => Self::Clock,
            Some(Trouble::Unsigned | Trouble::Invalid) => Self::Call,
            Some(Trouble::Version) => Self::Upgrade,
            Some(Trouble::Fork) => Self::Fork,
            None
            | Some(
                Trouble::Address
                | Trouble::Name
                | Trouble::Connect
                | Trouble::Certificate
                | Trouble::Protocol
                | Trouble::Proxy
                | Trouble::Timeout
                | Trouble::Busy
                | Trouble::Failing
                | Trouble::Away,
            ) => Self::Unreachable { again_at },
        }
    }
}
