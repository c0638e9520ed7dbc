//! What is wrong, why, and what to do next: of this instance's own part, and of the line to each peer.

use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::{Instant, limits};

use super::list::PeerView;
use super::trouble::Trouble;
use crate::directory::{PeerState, Roll};
use crate::identity::NodeKeys;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// To be known; nothing need be done.
    Note,
    /// It will become worse, or passes by itself.
    Warning,
    /// Nothing goes on until somebody does something.
    Stop,
}

impl Gravity {
    /// A word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Stop => "stop",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is called, for programs and for pages in other languages.
    pub code: String,
    /// How much it weighs.
    pub gravity: Gravity,
    /// What lies behind it.
    pub cause: String,
    /// What to do.
    pub next: String,
}

/// What was found of one peer, or of this instance itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Which peer; none for this instance itself.
    pub peer: Option<(NodeId, String)>,
    /// The gravest first; nothing when all is well.
    pub findings: Vec<Finding>,
}

/// Looks at this instance and at the line to each peer.
#[must_use]
pub fn diagnose(keys: Option<&NodeKeys>, roll: &Roll, peers: &[PeerView], now: Instant) -> Vec<Diagnosis> {
    let own = Diagnosis { peer: None, findings: sorted(own(keys, roll, now)) };
    let lines = peers
        .iter()
        .map(|peer| Diagnosis { peer: Some((peer.node, peer.row.name.clone())), findings: sorted(line(peer, now)) });
    std::iter::once(own).chain(lines).collect()
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.gravity));
    findings
}

fn finding(gravity: Gravity, code: &str, cause: impl Into<String>, next: impl Into<String>) -> Finding {
    Finding { code: code.to_owned(), gravity, cause: cause.into(), next: next.into() }
}

fn own(keys: Option<&NodeKeys>, roll: &Roll, now: Instant) -> Vec<Finding> {
    let Some(keys) = keys else {
        let cause = "this instance has no keys for the federation";
        return vec![finding(Gravity::Stop, "no-keys", cause, "make them with: tiwizi federation init")];
    };
    if roll.here().root.is_none() {
        let cause = "this instance does not know the root of the federation, so it believes no directory";
        let next =
            "compare the fingerprint of the root, then write its public key into the settings as federation_root";
        return vec![finding(Gravity::Stop, "no-root", cause, next)];
    }
    if let Some(error) = roll.unread() {
        let cause = format!("the directory that is stored is not believed: {error}");
        let next = "look whether federation_root is the key of the root, then take the newest directory";
        return vec![finding(Gravity::Stop, "directory-unread", cause, next)];
    }
    let Some(age_ms) = roll.age_ms(now) else {
        let next = "take it from a file: tiwizi federation directory take FILE";
        return vec![finding(Gravity::Stop, "no-directory", "this instance has no directory yet", next)];
    };
    let mut findings = entry(keys, roll);
    findings.extend(age(age_ms, roll.is_too_old(now)));
    findings
}

/// What the directory says of this instance.
fn entry(keys: &NodeKeys, roll: &Roll) -> Vec<Finding> {
    let Some(own) = roll.own() else {
        let next = "send a request to whoever keeps the root key: tiwizi federation request";
        return vec![finding(Gravity::Stop, "not-enrolled", "this instance is not in the directory", next)];
    };
    if own.suspended {
        let next = "ask whoever keeps the root key why";
        return vec![finding(Gravity::Stop, "own-suspended", "this instance is suspended in the directory", next)];
    }
    if own.rotations.len() < keys.rotations().len() {
        let cause = "the directory does not know the newest key of this instance; who has not heard of it refuses us";
        let next = "send a new request to whoever keeps the root key: tiwizi federation request";
        return vec![finding(Gravity::Warning, "own-key-unlisted", cause, next)];
    }
    Vec::new()
}

fn age(age_ms: i64, is_too_old: bool) -> Option<Finding> {
    let cause = format!("the newest directory is {} old", days(age_ms));
    let next = "take the newest one from the nation, over the link or from a file";
    if is_too_old {
        let next = format!("{next}; until then no new agreement is made, and those that are there go on");
        Some(finding(Gravity::Stop, "directory-old", cause, next))
    } else if age_ms >= limits::FED_DIRECTORY_STALE_MS {
        Some(finding(Gravity::Warning, "directory-stale", cause, next))
    } else {
        None
    }
}

fn line(peer: &PeerView, now: Instant) -> Vec<Finding> {
    let row = &peer.row;
    match peer.state {
        PeerState::Suspended => {
            let (cause, next) = ("it is suspended in the directory", "ask whoever keeps the root key why");
            return vec![finding(Gravity::Stop, "suspended", cause, next)];
        }
        PeerState::Unlisted => {
            let (cause, next) =
                ("it is not in the directory any more", "nothing is exchanged with it; what it sent stays");
            return vec![finding(Gravity::Note, "unlisted", cause, next)];
        }
        PeerState::Member => {}
    }
    let mut findings = Vec::new();
    if row.cut {
        let next = "mend it on the page of peers";
        findings.push(finding(Gravity::Stop, "cut", "its line is cut by the switch for drills", next));
    }
    if row.paused {
        let next = format!("go on with: tiwizi peer resume {}", short(&peer.node));
        findings.push(finding(Gravity::Stop, "paused", "an administrator lets it rest", next));
    }
    findings.extend(last_failure(peer));
    findings.extend(contact(peer, now));
    if row.clock_offset_ms.saturating_abs() >= limits::FED_CLOCK_TOLD_MS {
        let seconds = row.clock_offset_ms.saturating_abs() / 1000;
        let side = if row.clock_offset_ms > 0 { "ahead of" } else { "behind" };
        let cause = format!("its clock is {seconds} s {side} the one of this machine");
        findings.push(finding(Gravity::Warning, "clock-offset", cause, "set whichever clock is wrong"));
    }
    findings.extend(waiting(peer));
    findings
}

fn last_failure(peer: &PeerView) -> Option<Finding> {
    let row = &peer.row;
    let code = row.error_code.as_deref()?;
    let tries = format!("; tried {} times in vain, next at {}", row.retries, row.next_try_at.rfc3339());
    Some(match Trouble::read(code) {
        Some(trouble) => {
            let gravity = if trouble.passes() { Gravity::Warning } else { Gravity::Stop };
            finding(gravity, code, format!("{}{tries}", trouble.cause()), trouble.next())
        }
        // Written by another version of the kernel.
        None => finding(Gravity::Warning, code, format!("it failed with {code:?}{tries}"), "look into the log"),
    })
}

fn contact(peer: &PeerView, now: Instant) -> Option<Finding> {
    let row = &peer.row;
    if row.error_code.is_some() || row.paused || row.cut {
        return None;
    }
    let Some(contact_at) = row.contact_at else {
        let next = match row.url {
            Some(_) => "serve this instance: it is tried by itself",
            None => {
                "it dials us and we never dial it: see that others reach this instance (federation_listens, federation_url)"
            }
        };
        return Some(finding(Gravity::Warning, "never-heard", "it was never heard of", next));
    };
    let silent_ms = now.0.saturating_sub(contact_at.0);
    (silent_ms >= limits::FED_SILENT_MS).then(|| {
        let cause = format!("it was not heard of for {}", days(silent_ms));
        finding(
            Gravity::Warning,
            "silent",
            cause,
            "look whether this instance is served all the time, and call its office; where no line reaches it, pages go on a stick: tiwizi \
             peer write",
        )
    })
}

fn waiting(peer: &PeerView) -> Vec<Finding> {
    let stopped = peer.stopped.iter().map(|(plane, reason)| {
        let cause = format!("nothing more of its log {plane} is taken: {reason}");
        finding(Gravity::Stop, "log-stopped", cause, Trouble::Fork.next())
    });
    let parked = peer.parked.iter().map(|(reason, count)| {
        let cause = format!("{count} of its entries wait ({reason})");
        let next = "entries of a newer version are applied after an upgrade of this kernel; the others when what they wait for comes";
        finding(Gravity::Note, "parked", cause, next)
    });
    stopped.chain(parked).collect()
}

/// The beginning of an id, long enough for a command.
fn short(node: &NodeId) -> String {
    node.to_string().chars().take(limits::FED_NODE_PREFIX_CHARS_MIN).collect()
}

fn days(ms: i64) -> String {
    let hours = ms / 3_600_000;
    match hours / 24 {
        0 => format!("{hours} hours"),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
