//! What a plugin may ask for and an administrator may grant.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use tiwizi_model::KindName;
use tiwizi_records::Manifest;

/// A right to one interface of the kernel. `context` is granted to every plugin and is no capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Capability {
    /// To keep records of its own kinds.
    Store,
    /// To keep values by key.
    Kv,
    /// To keep files.
    Blobs,
    /// To be shown its own secrets.
    Secrets,
    /// To ask the hosts that its manifest names.
    HttpOut,
    /// To read the register of cooperatives, with the rights of the caller.
    RegistryRead,
    /// To note the milestones that its manifest declares.
    Milestones,
    /// To ask other plugins.
    Calls,
    /// To tell people something.
    Notify,
    /// To write lines into the kernel's log.
    Telemetry,
    /// To look at other people's writes before they happen, and to refuse or amend them.
    Hooks,
    /// To be told of changes and of other plugins' events, and to tell its own.
    Events,
    /// To work in the background.
    Jobs,
    /// To have documents set.
    Documents,
    /// To have credentials signed.
    Credentials,
}

/// A name that is no capability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name:?} is not a capability (store, kv, blobs, secrets, http-out, registry.read, milestones, calls, notify, telemetry, hooks, events, jobs, documents, credentials)"
)]
pub struct CapabilityError {
    name: String,
}

impl Capability {
    /// All of them, in the order in which the console lists them.
    pub const ALL: [Self; 15] = [
        Self::Store,
        Self::Kv,
        Self::Blobs,
        Self::Secrets,
        Self::HttpOut,
        Self::RegistryRead,
        Self::Milestones,
        Self::Calls,
        Self::Notify,
        Self::Telemetry,
        Self::Hooks,
        Self::Events,
        Self::Jobs,
        Self::Documents,
        Self::Credentials,
    ];

    /// Its name in manifests and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Kv => "kv",
            Self::Blobs => "blobs",
            Self::Secrets => "secrets",
            Self::HttpOut => "http-out",
            Self::RegistryRead => "registry.read",
            Self::Milestones => "milestones",
            Self::Calls => "calls",
            Self::Notify => "notify",
            Self::Telemetry => "telemetry",
            Self::Hooks => "hooks",
            Self::Events => "events",
            Self::Jobs => "jobs",
            Self::Documents => "documents",
            Self::Credentials => "credentials",
        }
    }
}

impl Capability {
    /// Whether it reaches what is not the plugin's own. In a chain of calls every plugin must be granted it.
    pub(crate) fn reaches_further(self) -> bool {
        match self {
            Self::Secrets
            | Self::HttpOut
            | Self::RegistryRead
            | Self::Milestones
            | Self::Notify
            | Self::Credentials => true,
            Self::Store
            | Self::Kv
            | Self::Blobs
            | Self::Calls
            | Self::Telemetry
            | Self::Hooks
            | Self::Events
            | Self::Jobs
            | Self::Documents => false,
        }
    }
}

/// The kinds and topics of others that a plugin is shown by a capability: those that its hooks look at, and its events tell of. To be
/// shown more of them is to have more rights.
pub(crate) fn shown_by(manifest: &Manifest, capability: &str) -> Vec<String> {
    let names: BTreeSet<&KindName> = match capability.parse::<Capability>() {
        Ok(Capability::Hooks) => manifest.hooks.iter().flat_map(|hook| &hook.kinds).collect(),
        Ok(Capability::Events) => manifest.events.iter().flat_map(|event| &event.topics).collect(),
        _ => BTreeSet::new(),
    };
    names.into_iter().filter(|name| name.namespace() != manifest.id.as_str()).map(ToString::to_string).collect()
}

impl fmt::Display for Capability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Capability {
    type Err = CapabilityError;
    fn from_str(name: &str) -> Result<Self, CapabilityError> {
        Self::ALL
            .into_iter()
            .find(|capability| capability.name() == name)
            .ok_or_else(|| CapabilityError { name: name.chars().take(tiwizi_model::limits::ECHO_CHARS_MAX).collect() })
    }
}

/// What an administrator grants at installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grants {
    /// Everything that the manifest asks for.
    All,
    /// These; what the manifest does not ask for is left out.
    Some(BTreeSet<Capability>),
}

impl From<BTreeSet<Capability>> for Grants {
    fn from(granted: BTreeSet<Capability>) -> Self {
        Self::Some(granted)
    }
}

impl Grants {
    /// Reads `all` or a list with commas: `store,telemetry`. An empty text grants nothing.
    ///
    /// # Errors
    /// When a name is no capability.
    pub fn parse(text: &str) -> Result<Self, CapabilityError> {
        if text == "all" {
            return Ok(Self::All);
        }
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        names.map(str::parse).collect::<Result<_, _>>().map(Self::Some)
    }

    /// What is granted of what was asked.
    pub(crate) fn of(&self, asked: &BTreeSet<Capability>) -> BTreeSet<Capability> {
        match self {
            Self::All => asked.clone(),
            Self::Some(granted) => asked.intersection(granted).copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_never_exceeds_what_was_asked() {
        let asked = BTreeSet::from([Capability::Store, Capability::Telemetry]);
        let granted = |text: &str| Grants::parse(text).unwrap().of(&asked);
        assert_eq!(granted("all"), asked);
        assert_eq!(granted("store, registry.read"), BTreeSet::from([Capability::Store]));
        assert_eq!(granted(""), BTreeSet::new());
        assert!(Grants::parse("everything").is_err());
    }
}
