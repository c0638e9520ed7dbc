//! Roles, and the scopes on which they are held.

use std::fmt;
use std::str::FromStr;

use tiwizi_model::{IdError, Jurisdiction, RecordId};

/// What an account may be, on a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Runs the instance: accounts, plugins, grants. Sees no personal data by that alone.
    Administrator,
    /// Keeps the register.
    Registrar,
    /// Trains and accompanies.
    Trainer,
    /// Looks, and writes nothing by that alone.
    Observer,
    /// Acts for a cooperative.
    Officer,
    /// Belongs to a cooperative.
    Member,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] =
        [Self::Administrator, Self::Registrar, Self::Trainer, Self::Observer, Self::Officer, Self::Member];

    /// Its name on the command line, in manifests and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Registrar => "registrar",
            Self::Trainer => "trainer",
            Self::Observer => "observer",
            Self::Officer => "officer",
            Self::Member => "member",
        }
    }
}

/// Why a text is no role or no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleError {
    /// Not a role.
    #[error("{text:?} is not a role (administrator, registrar, trainer, observer, officer, member)")]
    Role {
        /// What was given.
        text: String,
    },
    /// Not a scope.
    #[error("{text:?} is not a scope (nation, province:RR.PPP or cooperative:ID)")]
    Scope {
        /// What was given.
        text: String,
    },
    /// A scope on which this role cannot be held.
    #[error("a {role} cannot be one of {scope}: officers and members are of a cooperative, others of a place")]
    Pair {
        /// The role.
        role: Role,
        /// The scope.
        scope: Scope,
    },
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = RoleError;
    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| RoleError::Role { text: shorten(text) })
    }
}

/// Where a role is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// In the nation or in provinces.
    Jurisdiction(Jurisdiction),
    /// For one cooperative.
    Cooperative(RecordId),
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jurisdiction(Jurisdiction::Nation) => formatter.write_str("nation"),
            Self::Jurisdiction(provinces @ Jurisdiction::Provinces(_)) => write!(formatter, "province:{provinces}"),
            Self::Cooperative(id) => write!(formatter, "cooperative:{id}"),
        }
    }
}

impl FromStr for Scope {
    type Err = RoleError;
    fn from_str(text: &str) -> Result<Self, RoleError> {
        let refused = || RoleError::Scope { text: shorten(text) };
        match text.split_once(':') {
            None if text == "nation" => Ok(Self::Jurisdiction(Jurisdiction::Nation)),
            Some(("province", codes)) if codes != "all" => codes.parse().map(Self::Jurisdiction).map_err(|_| refused()),
            Some(("cooperative", id)) => id.parse().map(Self::Cooperative).map_err(|_: IdError| refused()),
            _ => Err(refused()),
        }
    }
}

/// One role on one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleGrant {
    /// What.
    pub role: Role,
    /// Where.
    pub scope: Scope,
}

impl RoleGrant {
    /// Joins a role and a scope that fit each other.
    ///
    /// # Errors
    /// When an officer or member is not of a cooperative, or staff is.
    pub fn new(role: Role, scope: Scope) -> Result<Self, RoleError> {
        let of_cooperative = matches!(scope, Scope::Cooperative(_));
        let fits = match role {
            Role::Officer | Role::Member => of_cooperative,
            Role::Administrator => matches!(scope, Scope::Jurisdiction(Jurisdiction::Nation)),
            Role::Registrar | Role::Trainer | Role::Observer => !of_cooperative,
        };
        if fits { Ok(Self { role, scope }) } else { Err(RoleError::Pair { role, scope }) }
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(tiwizi_model::limits::ECHO_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_reads_what_it_writes() {
        for text in
            ["nation", "province:09.541", "province:09.541,09.551", "cooperative:0190b6b4-7b1a-7000-8000-000000000001"]
        {
            assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }
        for text in ["", "all", "province:all", "province:", "nation:", "cooperative:x", "province:9.541"] {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_officer_is_of_a_cooperative_and_a_registrar_of_a_place() {
        let nation: Scope = "nation".parse().unwrap();
        let cooperative: Scope = "cooperative:0190b6b4-7b1a-7000-8000-000000000001".parse().unwrap();
        assert!(RoleGrant::new(Role::Officer, nation.clone()).is_err());
        assert!(RoleGrant::new(Role::Registrar, cooperative.clone()).is_err());
        assert!(RoleGrant::new(Role::Officer, cooperative).is_ok());
        assert!(RoleGrant::new(Role::Administrator, "province:09.541".parse().unwrap()).is_err());
        assert!(RoleGrant::new(Role::Administrator, nation).is_ok());
    }
}
