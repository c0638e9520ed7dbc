//! Permits, and the rules by which they are given.

use std::collections::BTreeSet;

use tiwizi_model::{Author, Jurisdiction, KindName, PluginId, ProvinceCode, RecordId};

use crate::caller::Caller;
use crate::policy::access::{Access, Action, Grantee, Placement};
use crate::policy::class::{Class, Classes};
use crate::role::{Role, Scope};

/// No rule of the kind allows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} may not be {action} by this caller")]
pub struct Refusal {
    /// The kind.
    pub kind: KindName,
    /// What was asked: `read`, `create`, `change` or `delete`.
    pub action: &'static str,
    /// Whether the caller has an account; if not, signing in may help.
    pub signed_in: bool,
}

/// The right to read records of one kind. Only `may_read` makes one.
#[derive(Debug, Clone)]
pub struct ReadPermit {
    kind: KindName,
    allowed: Vec<Allowed>,
}

/// The right to write one record in one place. Only `may_write` makes one.
#[derive(Debug, Clone)]
pub struct WritePermit {
    kind: KindName,
    action: Action,
    placement: Placement,
    classes: Classes,
    author: Author,
}

/// The rows that a permit covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All of the kind.
    All,
    /// Those in one of the provinces, and those of one of the subjects.
    Some {
        /// The provinces.
        provinces: BTreeSet<ProvinceCode>,
        /// The subjects.
        subjects: BTreeSet<RecordId>,
    },
}

/// One rule that said yes: over which rows, and which classes it shows there.
#[derive(Debug, Clone)]
struct Allowed {
    rows: Rows,
    classes: Classes,
}

#[derive(Debug, Clone)]
enum Rows {
    All,
    Provinces(BTreeSet<ProvinceCode>),
    Subject(RecordId),
}

impl Rows {
    fn hold(&self, place: Placement) -> bool {
        match self {
            Self::All => true,
            Self::Provinces(provinces) => place.province.is_some_and(|province| provinces.contains(&province)),
            Self::Subject(subject) => place.subject == Some(*subject),
        }
    }
}

/// Says whether the caller may read records of the kind, and which.
///
/// # Errors
/// When no rule of `access` lets it read any.
pub fn may_read(caller: &Caller, kind: &KindName, access: &Access) -> Result<ReadPermit, Refusal> {
    let allowed = allowed(caller, kind, &access.read, Purpose::Read);
    if allowed.is_empty() {
        return Err(refusal(caller, kind, "read"));
    }
    Ok(ReadPermit { kind: kind.clone(), allowed })
}

/// Says whether the caller may write a record of the kind in that place. A write that moves a record asks twice: for
/// the place where it lies, and for the place where it will lie.
///
/// # Errors
/// When no rule of `access` lets it.
pub fn may_write(
    caller: &Caller,
    kind: &KindName,
    access: &Access,
    action: Action,
    placement: Placement,
) -> Result<WritePermit, Refusal> {
    let grantees = match action {
        Action::Create => &access.create,
        Action::Change => &access.change,
        Action::Delete => &access.delete,
    };
    let classes = classes_at(&allowed(caller, kind, grantees, Purpose::Write), placement)
        .ok_or_else(|| refusal(caller, kind, action.name()))?;
    Ok(WritePermit { kind: kind.clone(), action, placement, classes, author: caller.author() })
}

/// What of these classes a plugin is shown of a kind: nothing sensitive of one that it does not declare, whoever it acts for. Otherwise every
/// plugin would learn the same identifier of the same person, and could put what it keeps beside what another one keeps.
#[must_use]
pub fn shown_to_plugin(classes: Classes, plugin: &PluginId, kind: &KindName) -> Classes {
    if plugin.as_str() == kind.namespace() { classes } else { classes.without(Class::Sensitive) }
}

impl ReadPermit {
    /// The kind that may be read.
    #[must_use]
    pub fn kind(&self) -> &KindName {
        &self.kind
    }

    /// The rows that may be read.
    #[must_use]
    pub fn reach(&self) -> Reach {
        let (mut provinces, mut subjects) = (BTreeSet::new(), BTreeSet::new());
        for allowed in &self.allowed {
            match &allowed.rows {
                Rows::All => return Reach::All,
                Rows::Provinces(more) => provinces.extend(more),
                Rows::Subject(subject) => {
                    subjects.insert(*subject);
                }
            }
        }
        Reach::Some { provinces, subjects }
    }

    /// The classes that are shown of a row in that place; none when the row is out of reach.
    #[must_use]
    pub fn classes(&self, subject: Option<RecordId>, province: Option<ProvinceCode>) -> Option<Classes> {
        classes_at(&self.allowed, Placement { subject, province })
    }

    /// The same right, over those rows only where these classes are shown. A question about a field (a filter, an
    /// order, a search) is put to such a permit, so that its answer tells nothing about rows where the field is hidden.
    /// None when they are shown nowhere.
    #[must_use]
    pub fn narrowed(&self, classes: Classes) -> Option<Self> {
        // The sets of classes that rules give are nested, so a row that shows them does so by one rule alone.
        let allowed: Vec<Allowed> =
            self.allowed.iter().filter(|allowed| allowed.classes.covers(classes)).cloned().collect();
        if allowed.is_empty() { None } else { Some(Self { kind: self.kind.clone(), allowed }) }
    }
}

impl WritePermit {
    /// The kind that may be written.
    #[must_use]
    pub fn kind(&self) -> &KindName {
        &self.kind
    }

    /// The way of writing.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// The place for which it was given.
    #[must_use]
    pub fn placement(&self) -> Placement {
        self.placement
    }

    /// The classes of the fields that the caller may set or change.
    #[must_use]
    pub fn classes(&self) -> Classes {
        self.classes
    }

    /// Who will be written into the change.
    #[must_use]
    pub fn author(&self) -> &Author {
        &self.author
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Read,
    Write,
}

fn refusal(caller: &Caller, kind: &KindName, action: &'static str) -> Refusal {
    Refusal { kind: kind.clone(), action, signed_in: caller.account().is_some() }
}

fn classes_at(allowed: &[Allowed], place: Placement) -> Option<Classes> {
    allowed.iter().filter(|allowed| allowed.rows.hold(place)).map(|allowed| allowed.classes).reduce(Classes::union)
}

fn allowed(caller: &Caller, kind: &KindName, grantees: &[Grantee], purpose: Purpose) -> Vec<Allowed> {
    if caller.is_kernel() {
        return vec![Allowed { rows: Rows::All, classes: Classes::ALL }];
    }
    let declares = caller.plugin().is_some_and(|plugin| plugin.as_str() == kind.namespace());
    let mut allowed = Vec::new();
    for grantee in grantees {
        match *grantee {
            Grantee::Public => allowed.push(Allowed { rows: Rows::All, classes: Classes::PUBLIC }),
            Grantee::SignedIn if caller.account().is_some() => {
                allowed.push(Allowed { rows: Rows::All, classes: Classes::PUBLIC });
            }
            Grantee::Own => allowed.extend(own(caller, purpose)),
            Grantee::Role(role) => allowed.extend(by_role(caller, role)),
            Grantee::Plugin | Grantee::PluginOwn if declares && caller.is_system() => {
                allowed.push(Allowed { rows: Rows::All, classes: Classes::ALL });
            }
            // A plugin works with what is its own, but sees people only as far as its caller does.
            Grantee::Plugin if declares => allowed.push(Allowed { rows: Rows::All, classes: Classes::INTERNAL }),
            Grantee::PluginOwn if declares => allowed.extend(own(caller, purpose)),
            Grantee::SignedIn | Grantee::Plugin | Grantee::PluginOwn => {}
        }
    }
    if let Some(plugin) = caller.plugin() {
        for rule in &mut allowed {
            rule.classes = shown_to_plugin(rule.classes, plugin, kind);
        }
    }
    allowed
}

/// The rows of the caller's own person and cooperatives. An officer acts for the cooperative; a plain member reads what
/// is internal to it, and neither its other members' personal data nor writes in its name.
fn own(caller: &Caller, purpose: Purpose) -> Vec<Allowed> {
    let person = caller.person().map(|person| Allowed { rows: Rows::Subject(person), classes: Classes::ALL });
    let cooperatives = caller.roles().iter().filter_map(|grant| match (grant.role, &grant.scope) {
        (Role::Officer, Scope::Cooperative(id)) => Some(Allowed { rows: Rows::Subject(*id), classes: Classes::ALL }),
        (Role::Member, Scope::Cooperative(id)) if purpose == Purpose::Read => {
            Some(Allowed { rows: Rows::Subject(*id), classes: Classes::INTERNAL })
        }
        _ => None,
    });
    person.into_iter().chain(cooperatives).collect()
}

fn by_role(caller: &Caller, role: Role) -> Vec<Allowed> {
    let classes = match role {
        Role::Registrar | Role::Officer => Classes::ALL,
        Role::Trainer | Role::Observer => Classes::PERSONAL,
        Role::Administrator | Role::Member => Classes::INTERNAL,
    };
    let rows = |scope: &Scope| match scope {
        Scope::Jurisdiction(Jurisdiction::Nation) => Rows::All,
        Scope::Jurisdiction(Jurisdiction::Provinces(provinces)) => Rows::Provinces(provinces.clone()),
        Scope::Cooperative(id) => Rows::Subject(*id),
    };
    caller
        .roles()
        .iter()
        .filter(|grant| grant.role == role)
        .map(|grant| Allowed { rows: rows(&grant.scope), classes })
        .collect()
}
