//! What one instance asks another, and the one way of writing each question as a method and an address.
//!
//! Both ends use this file: whoever asks writes the address with `address`, whoever is asked reads it with `read`. An address that could
//! be read in two ways, with a parameter that is unknown or stands twice, is refused.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::wire::{Hash, LogId, NodeId};
use tiwizi_model::limits;

/// The version of the protocol that is spoken here.
pub const PROTOCOL: u16 = limits::FED_PROTOCOL;
/// Where every address begins.
pub const ROOT: &str = "/fed/v1";

/// One feed as it is asked for: whose log, under which agreement, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPlace {
    /// The log.
    pub log: LogId,
    /// The agreement; none for the control log.
    pub agreement: Option<AgreementId>,
    /// The version of the agreement that is known.
    pub version: u32,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// What are you, what have you for me, what do you want of mine? With `seen` the answer waits until it is another one.
    Hello {
        /// The mark of the answer before.
        seen: Option<Hash>,
        /// How long to wait.
        wait_ms: u64,
    },
    /// Take this greeting: what I have for you, and where each of my logs ends.
    GiveHello,
    /// Take my keys.
    GiveKeys,
    /// The directory, if it is newer than this version.
    Directory {
        /// What is there.
        have: u64,
    },
    /// Take this directory.
    GiveDirectory,
    /// The checkpoints that you have of others.
    Checkpoints,
    /// Take those that I have.
    GiveCheckpoints,
    /// A page of a log.
    Pages {
        /// The feed.
        feed: FeedPlace,
        /// The generation of the log that is followed.
        epoch: u32,
        /// The entry that is wanted next: all before are there.
        from: u64,
        /// About how many bytes are taken.
        bytes_max: u64,
        /// How long to wait when there is nothing more.
        wait_ms: u64,
    },
    /// Take this page.
    GivePage {
        /// The log.
        log: LogId,
        /// Whether the log ends where the page does: whoever takes it knows all of it then.
        is_end: bool,
    },
    /// The manifest of a snapshot.
    Snapshot {
        /// The feed.
        feed: FeedPlace,
        /// The generation of the log that is followed.
        epoch: u32,
        /// The entries before this one are there.
        from: u64,
    },
    /// Take this manifest.
    GiveSnapshot {
        /// The log.
        log: LogId,
    },
    /// A chunk of a snapshot, or a part of it.
    Chunk {
        /// The log.
        log: LogId,
        /// Its hash.
        hash: Hash,
    },
    /// Take this part of a chunk.
    GiveChunk {
        /// The feed.
        feed: FeedPlace,
        /// The hash of the whole chunk.
        hash: Hash,
        /// Where the part begins.
        from: u64,
        /// How long the whole chunk is.
        of: u64,
    },
    /// A package.
    Package {
        /// Its name.
        name: String,
        /// Its version.
        version: u32,
    },
    /// The next letter that lies there for me.
    Letters {
        /// How long to wait for one.
        wait_ms: u64,
    },
    /// Carry this letter, and bring its answer back.
    GiveLetter {
        /// For whom it is.
        to: NodeId,
        /// How long to wait for the answer.
        wait_ms: u64,
    },
    /// Take the answer to a letter.
    GiveReply {
        /// The name that it was handed over under.
        ticket: Hash,
    },
}

/// Why an address is no question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// There is nothing at that address.
    #[error("there is nothing at this address")]
    Nowhere,
    /// A parameter is missing, unknown, doubled, or not of its form.
    #[error("the parameter {name} is missing, unknown, doubled or not of its form")]
    Parameter {
        /// Which.
        name: String,
    },
}

impl Question {
    /// Whether it brings a body.
    #[must_use]
    pub fn gives(&self) -> bool {
        self.body_bytes_max() > 0
    }

    /// The largest body that it may bring.
    #[must_use]
    pub fn body_bytes_max(&self) -> usize {
        match self {
            Self::GiveHello => limits::FED_HELLO_BYTES_MAX,
            Self::GiveKeys => limits::FED_KEYS_BYTES_MAX,
            Self::GiveDirectory => limits::FED_ENVELOPE_BYTES_MAX,
            Self::GiveCheckpoints => limits::FED_SEEN_BYTES_MAX,
            Self::GivePage { .. } => limits::FED_PAGE_ALONE_BYTES_MAX,
            Self::GiveSnapshot { .. } => limits::FED_MANIFEST_BYTES_MAX,
            Self::GiveChunk { .. } => limits::FED_PART_BYTES_MAX,
            Self::GiveLetter { .. } | Self::GiveReply { .. } => limits::FED_LETTER_BYTES_MAX,
            Self::Hello { .. }
            | Self::Directory { .. }
            | Self::Checkpoints
            | Self::Pages { .. }
            | Self::Snapshot { .. }
            | Self::Chunk { .. }
            | Self::Package { .. }
            | Self::Letters { .. } => 0,
        }
    }

    /// The log that it is about: one question about a log is answered at a time.
    #[must_use]
    pub fn log(&self) -> Option<&LogId> {
        match self {
            Self::Pages { feed, .. } | Self::Snapshot { feed, .. } | Self::GiveChunk { feed, .. } => Some(&feed.log),
            Self::GivePage { log, .. } | Self::GiveSnapshot { log } | Self::Chunk { log, .. } => Some(log),
            Self::Hello { .. }
            | Self::GiveHello
            | Self::GiveKeys
            | Self::Directory { .. }
            | Self::GiveDirectory
            | Self::Checkpoints
            | Self::GiveCheckpoints
            | Self::Package { .. }
            | Self::Letters { .. }
            | Self::GiveLetter { .. }
            | Self::GiveReply { .. } => None,
        }
    }

    /// Whether it is about letters: those have bounds of their own, beside the questions of a peer that are answered at once.
    #[must_use]
    pub fn is_carriage(&self) -> bool {
        matches!(self, Self::Letters { .. } | Self::GiveLetter { .. } | Self::GiveReply { .. })
    }

    /// How long an answer may be kept waiting.
    #[must_use]
    pub fn wait_ms(&self) -> u64 {
        match self {
            Self::Hello { wait_ms, .. } => (*wait_ms).min(limits::FED_HELLO_WAIT_MS_MAX),
            Self::Pages { wait_ms, .. } => (*wait_ms).min(limits::FED_PAGES_WAIT_MS_MAX),
            Self::Letters { wait_ms } => (*wait_ms).min(limits::FED_HELLO_WAIT_MS_MAX),
            Self::GiveLetter { wait_ms, .. } => (*wait_ms).min(limits::FED_LETTER_WAIT_MS_MAX),
            _ => 0,
        }
    }

    /// Its method.
    #[must_use]
    pub fn method(&self) -> &'static str {
        if self.gives() { "POST" } else { "GET" }
    }

    /// Its path, and its query without the question mark.
    #[must_use]
    pub fn address(&self) -> (String, Option<String>) {
        let mut query = Pairs::default();
        let path = match self {
            Self::Hello { seen, wait_ms } => {
                query.put_some("seen", seen.as_ref());
                query.put_some("wait", (*wait_ms > 0).then_some(wait_ms));
                ROOT.to_owned()
            }
            Self::GiveHello => ROOT.to_owned(),
            Self::GiveKeys => format!("{ROOT}/keys"),
            Self::Directory { have } => {
                query.put("have", have);
                format!("{ROOT}/directory")
            }
            Self::GiveDirectory => format!("{ROOT}/directory"),
            Self::Checkpoints | Self::GiveCheckpoints => format!("{ROOT}/checkpoints"),
            Self::Pages { feed, epoch, from, bytes_max, wait_ms } => {
                query.put_feed(feed);
                query.put("epoch", epoch).put("from", from).put("max_bytes", bytes_max);
                query.put_some("wait", (*wait_ms > 0).then_some(wait_ms));
                of_log(&feed.log, "pages")
            }
            Self::GivePage { log, is_end } => {
                query.put_some("end", is_end.then_some(1));
                of_log(log, "pages")
            }
            Self::Snapshot { feed, epoch, from } => {
                query.put_feed(feed);
                query.put("epoch", epoch).put("from", from);
                of_log(&feed.log, "snapshots")
            }
            Self::GiveSnapshot { log } => of_log(log, "snapshots"),
            Self::Chunk { log, hash } => format!("{}/{hash}", of_log(log, "snapshots")),
            Self::GiveChunk { feed, hash, from, of } => {
                query.put_feed(feed);
                query.put("from", from).put("of", of);
                format!("{}/{hash}", of_log(&feed.log, "snapshots"))
            }
            Self::Package { name, version } => format!("{ROOT}/packages/{name}/{version}"),
            Self::Letters { wait_ms } => {
                query.put_some("wait", (*wait_ms > 0).then_some(wait_ms));
                format!("{ROOT}/letters")
            }
            Self::GiveLetter { to, wait_ms } => {
                query.put_some("wait", (*wait_ms > 0).then_some(wait_ms));
                format!("{ROOT}/letters/{to}")
            }
            Self::GiveReply { ticket } => format!("{ROOT}/replies/{ticket}"),
        };
        (path, query.finish())
    }

    /// Reads a question.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(method: &str, path: &str, query: Option<&str>) -> Result<Self, QuestionError> {
        let rest = path.strip_prefix(ROOT).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let rest = rest.ok_or(QuestionError::Nowhere)?;
        let parts: Vec<&str> = rest.split('/').skip(1).take(6).collect();
        let mut given = Given::read(query)?;
        let question = match (method, parts.as_slice()) {
            ("GET", []) => Self::Hello { seen: given.optional("seen")?, wait_ms: given.optional("wait")?.unwrap_or(0) },
            ("POST", []) => Self::GiveHello,
            ("POST", ["keys"]) => Self::GiveKeys,
            ("GET", ["directory"]) => Self::Directory { have: given.optional("have")?.unwrap_or(0) },
            ("POST", ["directory"]) => Self::GiveDirectory,
            ("GET", ["checkpoints"]) => Self::Checkpoints,
            ("POST", ["checkpoints"]) => Self::GiveCheckpoints,
            ("GET", ["logs", log, "pages"]) => Self::Pages {
                feed: given.feed(log)?,
                epoch: given.required("epoch")?,
                from: given.required("from")?,
                bytes_max: given.required("max_bytes")?,
                wait_ms: given.optional("wait")?.unwrap_or(0),
            },
            ("POST", ["logs", log, "pages"]) => {
                // There, and 1, or not there.
                let end: Option<std::num::NonZeroU8> = given.optional("end")?;
                if end.is_some_and(|end| end.get() != 1) {
                    return Err(wrong("end"));
                }
                Self::GivePage { log: log_of(log)?, is_end: end.is_some() }
            }
            ("GET", ["logs", log, "snapshots"]) => {
                let (epoch, from) = (given.required("epoch")?, given.required("from")?);
                Self::Snapshot { feed: given.feed(log)?, epoch, from }
            }
            ("POST", ["logs", log, "snapshots"]) => Self::GiveSnapshot { log: log_of(log)? },
            ("GET", ["logs", log, "snapshots", hash]) => Self::Chunk { log: log_of(log)?, hash: hash_of(hash)? },
            ("POST", ["logs", log, "snapshots", hash]) => Self::GiveChunk {
                feed: given.feed(log)?,
                hash: hash_of(hash)?,
                from: given.required("from")?,
                of: given.required("of")?,
            },
            ("GET", ["packages", name, version]) => {
                let version = version.parse().map_err(|_| QuestionError::Nowhere)?;
                Self::Package { name: (*name).to_owned(), version }
            }
            ("GET", ["letters"]) => Self::Letters { wait_ms: given.optional("wait")?.unwrap_or(0) },
            ("POST", ["letters", node]) => {
                let to = node.parse().map_err(|_| QuestionError::Nowhere)?;
                Self::GiveLetter { to, wait_ms: given.optional("wait")?.unwrap_or(0) }
            }
            ("POST", ["replies", ticket]) => Self::GiveReply { ticket: hash_of(ticket)? },
            _ => return Err(QuestionError::Nowhere),
        };
        given.end()?;
        Ok(question)
    }
}

/// How a log is named in an address: `NODE.PLANE`.
fn of_log(log: &LogId, what: &str) -> String {
    format!("{ROOT}/logs/{}.{}/{what}", log.node, log.plane)
}

fn log_of(text: &str) -> Result<LogId, QuestionError> {
    let (node, plane) = text.split_once('.').ok_or(QuestionError::Nowhere)?;
    let node = node.parse().map_err(|_| QuestionError::Nowhere)?;
    Ok(LogId { node, plane: plane.parse().map_err(|_| QuestionError::Nowhere)? })
}

fn hash_of(text: &str) -> Result<Hash, QuestionError> {
    text.parse().map_err(|_| QuestionError::Nowhere)
}

/// A query that is being written.
#[derive(Default)]
struct Pairs(String);

impl Pairs {
    fn put(&mut self, name: &str, value: impl std::fmt::Display) -> &mut Self {
        let separator = if self.0.is_empty() { "" } else { "&" };
        // Writing to a text does not fail.
        write!(self.0, "{separator}{name}={value}").unwrap_or_default();
        self
    }

    fn put_some(&mut self, name: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn put_feed(&mut self, feed: &FeedPlace) {
        if let Some(agreement) = feed.agreement {
            self.put("agreement", agreement).put("version", feed.version);
        }
    }

    fn finish(self) -> Option<String> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

/// The parameters of a question as they were given.
struct Given<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Given<'a> {
    fn read(query: Option<&'a str>) -> Result<Self, QuestionError> {
        let mut given = BTreeMap::new();
        for pair in query.into_iter().flat_map(|query| query.split('&')) {
            let (name, value) = pair.split_once('=').ok_or_else(|| wrong(pair))?;
            if given.insert(name, value).is_some() {
                return Err(wrong(name));
            }
        }
        Ok(Self(given))
    }

    fn optional<T: std::str::FromStr>(&mut self, name: &str) -> Result<Option<T>, QuestionError> {
        self.0.remove(name).map(|value| value.parse().map_err(|_| wrong(name))).transpose()
    }

    fn required<T: std::str::FromStr>(&mut self, name: &str) -> Result<T, QuestionError> {
        self.optional(name)?.ok_or_else(|| wrong(name))
    }

    fn feed(&mut self, log: &str) -> Result<FeedPlace, QuestionError> {
        let agreement = self.optional("agreement")?;
        let version = if agreement.is_some() { self.required("version")? } else { 0 };
        Ok(FeedPlace { log: log_of(log)?, agreement, version })
    }

    fn end(self) -> Result<(), QuestionError> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some(name) => Err(wrong(name)),
        }
    }
}

fn wrong(name: &str) -> QuestionError {
    QuestionError::Parameter { name: name.chars().take(limits::ECHO_CHARS_MAX).collect() }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn questions() -> Vec<Question> {
        let log = LogId { node: NodeId(Hash([0xab; 32])), plane: "members".parse().unwrap() };
        let feed = FeedPlace { log: log.clone(), agreement: Some(AgreementId(Uuid::from_u128(9))), version: 3 };
        let control = FeedPlace { log: log.clone(), agreement: None, version: 0 };
        let hash = Hash([7; 32]);
        vec![
            Question::Hello { seen: None, wait_ms: 0 },
            Question::Hello { seen: Some(hash), wait_ms: 600_000 },
            Question::GiveHello,
            Question::GiveKeys,
            Question::Directory { have: 7 },
            Question::GiveDirectory,
            Question::Checkpoints,
            Question::GiveCheckpoints,
            Question::Pages { feed: feed.clone(), epoch: 1, from: 12, bytes_max: 4096, wait_ms: 25_000 },
            Question::Pages { feed: control, epoch: 0, from: 0, bytes_max: 1, wait_ms: 0 },
            Question::GivePage { log: log.clone(), is_end: false },
            Question::GivePage { log: log.clone(), is_end: true },
            Question::Snapshot { feed: feed.clone(), epoch: 1, from: 12 },
            Question::GiveSnapshot { log: log.clone() },
            Question::Chunk { log, hash },
            Question::GiveChunk { feed, hash, from: 10, of: 100 },
            Question::Package { name: "nomenclature".to_owned(), version: 2 },
            Question::Letters { wait_ms: 600_000 },
            Question::GiveLetter { to: NodeId(hash), wait_ms: 30_000 },
            Question::GiveReply { ticket: hash },
        ]
    }

    #[test]
    fn every_question_is_read_as_it_was_written() {
        for question in questions() {
            let (path, query) = question.address();
            let read = Question::read(question.method(), &path, query.as_deref());
            assert_eq!(read, Ok(question), "{path} {query:?}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let hex = "ab".repeat(32);
        for (method, path, query) in [
            ("GET", "/fed/v1/", None),
            ("GET", "/fed/v2", None),
            ("GET", "/fed/v1x", None),
            ("DELETE", "/fed/v1", None),
            ("GET", "/fed/v1/logs/x/pages", None),
            ("GET", "/fed/v1", Some("wait=1&wait=2")),
            ("GET", "/fed/v1", Some("wait=-1")),
            ("GET", "/fed/v1", Some("wait")),
            ("GET", "/fed/v1", Some("other=1")),
            ("POST", "/fed/v1/keys", Some("a=b")),
        ] {
            assert!(Question::read(method, path, query).is_err(), "{method} {path} {query:?}");
        }
        let pages = format!("/fed/v1/logs/{hex}.members/pages");
        for query in
            ["from=0&epoch=0", "epoch=0&from=0&max_bytes=1&agreement=x", "epoch=0&from=0&max_bytes=1&version=1"]
        {
            assert!(Question::read("GET", &pages, Some(query)).is_err(), "{query}");
        }
        assert!(Question::read("GET", &format!("{pages}/../pages"), Some("epoch=0&from=0&max_bytes=1")).is_err());
    }

    #[test]
    fn nobody_is_kept_waiting_longer_than_the_bound() {
        let hello = Question::Hello { seen: None, wait_ms: u64::MAX };
        assert_eq!(hello.wait_ms(), limits::FED_HELLO_WAIT_MS_MAX);
    }
}
