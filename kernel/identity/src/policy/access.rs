//! What a kind says about who may do what.

use std::fmt;
use std::str::FromStr;

use tiwizi_model::{ProvinceCode, RecordId};

use crate::role::{Role, RoleError};

/// Somebody to whom a kind grants something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grantee {
    /// Everybody.
    Public,
    /// Everybody with an account.
    SignedIn,
    /// The subject's own people: the person, or those who act for the cooperative.
    Own,
    /// The holders of a role, on its scope.
    Role(Role),
    /// The plugin that declares the kind.
    Plugin,
    /// The plugin that declares the kind, for a record whose subject is the caller's own.
    PluginOwn,
}

/// A text that names no grantee.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not one of public, signed-in, own, role:…, plugin, plugin:own")]
pub struct GranteeError {
    text: String,
    #[source]
    source: Option<RoleError>,
}

impl FromStr for Grantee {
    type Err = GranteeError;
    fn from_str(text: &str) -> Result<Self, GranteeError> {
        let refused =
            |source| GranteeError { text: text.chars().take(tiwizi_model::limits::ECHO_CHARS_MAX).collect(), source };
        match text {
            "public" => Ok(Self::Public),
            "signed-in" => Ok(Self::SignedIn),
            "own" => Ok(Self::Own),
            "plugin" => Ok(Self::Plugin),
            "plugin:own" => Ok(Self::PluginOwn),
            _ => match text.strip_prefix("role:") {
                Some(role) => role.parse().map(Self::Role).map_err(|source| refused(Some(source))),
                None => Err(refused(None)),
            },
        }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => formatter.write_str("public"),
            Self::SignedIn => formatter.write_str("signed-in"),
            Self::Own => formatter.write_str("own"),
            Self::Role(role) => write!(formatter, "role:{role}"),
            Self::Plugin => formatter.write_str("plugin"),
            Self::PluginOwn => formatter.write_str("plugin:own"),
        }
    }
}

/// Who may do what with the records of a kind. Nobody is allowed what is not written here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Who may read.
    pub read: Vec<Grantee>,
    /// Who may create.
    pub create: Vec<Grantee>,
    /// Who may replace and patch.
    pub change: Vec<Grantee>,
    /// Who may delete.
    pub delete: Vec<Grantee>,
}

/// A way of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// A new record.
    Create,
    /// Another content.
    Change,
    /// A tombstone.
    Delete,
}

impl Action {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Delete => "delete",
        }
    }
}

/// Where a record lies: what permits go by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Placement {
    /// The cooperative or person that it belongs to.
    pub subject: Option<RecordId>,
    /// The province that it lies in.
    pub province: Option<ProvinceCode>,
}
