//! Lists of revocations: what a trust root takes back, signed and dated.

use semver::Version;
use tiwizi_model::{FileHash, PluginId, PublicKey, limits};
use tiwizi_registry::day::Day;

use super::key::SecretKey;
use super::note::{Lines, NoteError, is_plain, shown, signature_line, utf8, verify};

const WHAT: &str = "a list of revocations";
const TITLE: &str = "tiwizi revocations v1";

/// What an entry takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Whatever this key signed or certified.
    Key(PublicKey),
    /// This one bundle, by its SHA-256.
    Bundle(FileHash),
    /// Versions of a plugin before this one.
    Before(PluginId, Version),
}

/// A text that names no versions of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a plugin with its oldest version that may run, as notes=1.2.0")]
pub struct BeforeError {
    text: String,
}

impl Target {
    /// Reads `notes=1.2.0`: the versions of `notes` before 1.2.0.
    ///
    /// # Errors
    /// When it is of another form.
    pub fn before(text: &str) -> Result<Self, BeforeError> {
        let parts = text.split_once('=');
        let target =
            parts.and_then(|(plugin, version)| Some(Self::Before(plugin.parse().ok()?, Version::parse(version).ok()?)));
        target.ok_or_else(|| BeforeError { text: shown(text) })
    }
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is taken back.
    pub target: Target,
    /// Why, for the administrator who meets it.
    pub reason: String,
}

/// An entry that cannot be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The reason is none.
    #[error("the reason of a revocation is {}", super::note::PLAIN)]
    Reason,
    /// Too many.
    #[error(
        "a list of revocations has at most {} entries and {} bytes",
        limits::REVOCATIONS_MAX,
        limits::REVOCATIONS_BYTES_MAX
    )]
    Many,
}

/// Where a list stands among those of its issuer: the later day, then the higher number, is the newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issue {
    /// The day on which it was made.
    pub day: Day,
    /// Its number.
    pub number: u32,
}

/// A list whose signature is that of its issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocations {
    /// Whose list it is.
    pub issuer: PublicKey,
    /// When it was made.
    pub issue: Issue,
    /// What it takes back.
    pub entries: Vec<Entry>,
    signature: [u8; 64],
}

impl Revocations {
    /// Makes and signs a list.
    ///
    /// # Errors
    /// When it is too long, or a reason cannot stand in it.
    pub fn issue(issue: Issue, entries: Vec<Entry>, issuer: &SecretKey) -> Result<Self, EntryError> {
        if entries.len() > limits::REVOCATIONS_MAX {
            return Err(EntryError::Many);
        }
        if !entries.iter().all(|entry| is_plain(&entry.reason)) {
            return Err(EntryError::Reason);
        }
        let key = issuer.public();
        let signature = issuer.sign(&signed_text(key, issue, &entries));
        let list = Self { issuer: key, issue, entries, signature };
        if list.text().len() > limits::REVOCATIONS_BYTES_MAX { Err(EntryError::Many) } else { Ok(list) }
    }

    /// Reads a list.
    ///
    /// # Errors
    /// When the text is none, or its signature does not fit.
    pub fn read(bytes: &[u8]) -> Result<Self, NoteError> {
        let text = utf8(WHAT, bytes)?;
        let mut lines = Lines::open(WHAT, TITLE, text, limits::REVOCATIONS_BYTES_MAX)?;
        let issuer = lines.value("issuer")?;
        let issue = Issue { day: lines.value("issued")?, number: lines.value("number")? };
        let mut entries = Vec::new();
        while !lines.is_next("signature") {
            if entries.len() >= limits::REVOCATIONS_MAX {
                return Err(NoteError::Long { what: WHAT, bytes_max: limits::REVOCATIONS_BYTES_MAX });
            }
            entries.push(entry(&mut lines)?);
        }
        let list = Self { issuer, issue, entries, signature: lines.signature()? };
        lines.end(text, &list.text())?;
        verify(WHAT, &signed_text(issuer, issue, &list.entries), issuer, &list.signature)?;
        Ok(list)
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        signed_text(self.issuer, self.issue, &self.entries) + &signature_line(&self.signature)
    }
}

fn entry(lines: &mut Lines<'_>) -> Result<Entry, NoteError> {
    let target = if lines.is_next("key") {
        Target::Key(lines.value("key")?)
    } else if lines.is_next("bundle") {
        Target::Bundle(lines.value("bundle")?)
    } else {
        let plugin = lines.value("plugin")?;
        Target::Before(plugin, lines.value("before")?)
    };
    Ok(Entry { target, reason: lines.words("reason")? })
}

fn signed_text(issuer: PublicKey, issue: Issue, entries: &[Entry]) -> String {
    let mut text = format!("{TITLE}\nissuer: {issuer}\nissued: {}\nnumber: {}\n", issue.day, issue.number);
    for Entry { target, reason } in entries {
        let target = match target {
            Target::Key(key) => format!("key: {key}"),
            Target::Bundle(hash) => format!("bundle: {hash}"),
            Target::Before(plugin, version) => format!("plugin: {plugin}\nbefore: {version}"),
        };
        text.push_str(&format!("{target}\nreason: {reason}\n"));
    }
    text
}
