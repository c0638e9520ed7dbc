//! Who may do what with a kind's records, and how much of them is shown: the kernel's rules, on one machine.
//!
//! Roles are held over the whole nation here. What depends on a role's province or cooperative needs a test against the
//! real kernel.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::json::{list, texts};
use crate::{Caller, CallerKind};

/// How private a field is; each level covers those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Public,
    Internal,
    Personal,
    Sensitive,
}

impl Class {
    /// A word that is none is taken for the safest.
    fn of(word: &str) -> Self {
        match word {
            "public" => Self::Public,
            "internal" => Self::Internal,
            "personal" => Self::Personal,
            _ => Self::Sensitive,
        }
    }
}

/// What is done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Read,
    Create,
    Change,
    Delete,
}

impl Action {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Change => "change",
            Self::Delete => "delete",
        }
    }
}

/// Who asks, and whose records are theirs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) caller: &'a Caller,
    /// The cooperatives that they act for.
    pub(super) acts_for: &'a BTreeSet<String>,
}

impl<'a> Asker<'a> {
    /// Somebody who acts for nobody.
    pub(super) fn alone(caller: &'a Caller) -> Self {
        static NONE: BTreeSet<String> = BTreeSet::new();
        Self { caller, acts_for: &NONE }
    }

    fn owns(self, subject: &str) -> bool {
        self.caller.person.as_deref() == Some(subject) || self.acts_for.contains(subject)
    }
}

/// The rights of a kind, and the classes of its fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Rights {
    access: BTreeMap<String, Vec<String>>,
    classes: BTreeMap<String, Class>,
    /// Of a field that has none; only the kernel's kinds have one.
    undeclared: Option<Class>,
}

impl Rights {
    pub(super) fn of_manifest(kind: &Value) -> Self {
        let access = kind.get("access").and_then(Value::as_object);
        let access = access.into_iter().flatten().map(|(action, grantees)| (action.clone(), texts(list(grantees))));
        let classes = kind.get("classes").and_then(Value::as_object);
        let classes = classes
            .into_iter()
            .flatten()
            .map(|(field, class)| (field.clone(), Class::of(class.as_str().unwrap_or_default())));
        Self { access: access.collect(), classes: classes.collect(), undeclared: None }
    }

    /// The same, with what has no class shown to those only who are shown all.
    pub(super) fn closed(self) -> Self {
        Self { undeclared: Some(Class::Sensitive), ..self }
    }

    /// Up to which class the caller may do this with a record of that subject; none when not at all. What is sensitive of the kernel's kinds
    /// is shown to no plugin.
    pub(super) fn reach(&self, asker: Asker<'_>, action: Action, subject: Option<&str>) -> Option<Class> {
        let grantees = self.access.get(action.name()).map(Vec::as_slice).unwrap_or_default();
        let (caller, is_own) = (asker.caller, subject.is_some_and(|subject| asker.owns(subject)));
        let system = caller.kind == CallerKind::System;
        let given = |grantee: &String| match grantee.as_str() {
            "plugin" | "plugin:own" if system => Some(Class::Sensitive),
            "public" => Some(Class::Public),
            "signed-in" if caller.is_signed_in() => Some(Class::Public),
            "plugin" => Some(Class::Internal),
            "own" | "plugin:own" if is_own => Some(Class::Sensitive),
            _ => by_role(caller, grantee),
        };
        let most = grantees.iter().filter_map(given).max();
        if self.undeclared.is_some() { most.map(|class| class.min(Class::Personal)) } else { most }
    }

    /// A body without the fields that are declared to be sensitive.
    pub(super) fn for_hook(&self, body: &Value) -> Value {
        let Value::Object(members) = body else { return body.clone() };
        let seen = members.iter().filter(|(field, _)| self.classes.get(*field) != Some(&Class::Sensitive));
        seen.map(|(field, value)| (field.clone(), value.clone())).collect::<Map<_, _>>().into()
    }

    /// Whether the caller may do this with any record at all.
    pub(super) fn any(&self, asker: Asker<'_>, action: Action) -> bool {
        self.most(asker, action).is_some()
    }

    /// Up to which class the caller may do this with any record at all.
    pub(super) fn most(&self, asker: Asker<'_>, action: Action) -> Option<Class> {
        let own = asker.caller.person.as_ref().or_else(|| asker.acts_for.first());
        self.reach(asker, action, own.map(String::as_str))
    }

    /// Whether a field has a class.
    pub(super) fn declares(&self, field: &str) -> bool {
        self.classes.contains_key(field)
    }

    /// The class of a field.
    pub(super) fn class(&self, field: &str) -> Class {
        self.classes.get(field).copied().or(self.undeclared).unwrap_or(Class::Public)
    }

    /// The class that a question about a field is held to; what is no field, as the order of creation, tells nothing.
    pub(super) fn asked(&self, field: &str) -> Class {
        self.classes.get(field).copied().unwrap_or(Class::Public)
    }

    /// A body without the fields that are above that class.
    pub(super) fn shown(&self, body: &Value, reach: Class) -> Value {
        let Value::Object(members) = body else { return body.clone() };
        let seen = members.iter().filter(|(field, _)| self.class(field) <= reach);
        seen.map(|(field, value)| (field.clone(), value.clone())).collect::<Map<_, _>>().into()
    }

    /// The first field that differs between two bodies and is above that class.
    pub(super) fn forbidden<'a>(&self, before: &Value, after: &'a Value, reach: Class) -> Option<&'a str> {
        let members = after.as_object().into_iter().flatten();
        members
            .filter(|(field, value)| before.get(field.as_str()) != Some(value))
            .map(|(field, _)| field.as_str())
            .find(|field| self.class(field) > reach)
    }
}

fn by_role(caller: &Caller, grantee: &str) -> Option<Class> {
    let role = grantee.strip_prefix("role:").filter(|role| caller.holds(role))?;
    Some(match role {
        "registrar" | "officer" => Class::Sensitive,
        "trainer" | "observer" => Class::Personal,
        _ => Class::Internal,
    })
}
