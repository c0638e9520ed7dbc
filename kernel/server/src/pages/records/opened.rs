//! A kind that a visitor may read: what is seen of it, and by which words.

use std::sync::Arc;

use tiwizi_identity::Caller;
use tiwizi_identity::policy::{self, Action, Class, Classes, Placement, ReadPermit};
use tiwizi_identity::{Role, Scope};
use tiwizi_model::{Jurisdiction, Record, RecordId};
use tiwizi_records::Kind;

use super::super::visit::Visit;
use super::shape::{self, Part};
use super::words::Words;
use crate::api::kinds;
use crate::app::App;
use crate::problem::{Fault, Problem};

/// A kind, opened for one visitor.
pub(super) struct Opened<'a> {
    pub(super) app: &'a App,
    pub(super) visit: &'a Visit,
    pub(super) kind: Arc<Kind>,
    pub(super) permit: ReadPermit,
    pub(super) words: Words,
    /// The fields that the visitor may see of some record.
    pub(super) fields: Vec<Part>,
}

impl<'a> Opened<'a> {
    /// Opens the kind of an address. What may not be read does not exist.
    pub(super) fn of(app: &'a App, visit: &'a Visit, namespace: &str, kind: &str) -> Result<Self, Problem> {
        let kind = kinds::find(app, namespace, kind).map_err(|_| Fault::NotFound)?;
        Self::of_kind(app, visit, kind).ok_or_else(|| Fault::NotFound.into())
    }

    /// The same for a kind that is at hand.
    pub(super) fn of_kind(app: &'a App, visit: &'a Visit, kind: Arc<Kind>) -> Option<Self> {
        let permit = policy::may_read(visit.visitor.caller(), kind.name(), kind.access()).ok()?;
        let words = Words::new(app, visit, &kind);
        let seen = |field: &Part| kind.class(&field.name).is_some_and(|class| shows(&permit, class));
        let fields = shape::fields(kind.declaration().schema()).into_iter().filter(seen).collect();
        Some(Self { app, visit, kind, permit, words, fields })
    }

    /// Who asks.
    pub(super) fn caller(&self) -> &'a Caller {
        self.visit.visitor.caller()
    }

    /// The address of the list.
    pub(super) fn address(&self) -> String {
        self.visit.look.address(&self.path())
    }

    /// The field of that name, if it is seen.
    pub(super) fn field(&self, name: &str) -> Option<&Part> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The path of the list, after the language.
    pub(super) fn path(&self) -> String {
        path_of(&self.kind)
    }

    /// The record of an address, as far as it may be seen.
    pub(super) async fn record(&self, id: &str) -> Result<Record, Problem> {
        let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
        let found = self.app.records.read(&self.permit, id).await?;
        found.filter(|record| !record.deleted).ok_or_else(|| Fault::NotFound.into())
    }

    /// The classes that the visitor may set in a record, if it may write it so.
    pub(super) fn may(&self, action: Action, record: &Record) -> Option<Classes> {
        let place = Placement { subject: record.subject, province: record.province };
        policy::may_write(self.caller(), self.kind.name(), self.kind.access(), action, place)
            .ok()
            .map(|permit| permit.classes())
    }

    /// The classes that a form may change in a record. A form holds a whole content, so whoever could set what it may not see
    /// would take it away; such a visitor gets no form.
    pub(super) fn may_edit(&self, record: &Record) -> Option<Classes> {
        let set = self.may(Action::Change, record).filter(|_| record.home == self.app.instance.id)?;
        let seen = self.permit.classes(record.subject, record.province)?;
        let hidden = self.kind.declaration().classes.values().any(|class| set.holds(*class) && !seen.holds(*class));
        (!hidden).then_some(set)
    }

    /// Whether the visitor may delete a record.
    pub(super) fn may_delete(&self, record: &Record) -> bool {
        record.home == self.app.instance.id && self.may(Action::Delete, record).is_some()
    }

    /// The classes that the visitor may set in a new record, if it may make one anywhere.
    pub(super) fn may_create(&self) -> Option<Classes> {
        let at =
            |place| policy::may_write(self.caller(), self.kind.name(), self.kind.access(), Action::Create, place).ok();
        places(self.caller()).into_iter().filter_map(at).map(|permit| permit.classes()).reduce(Classes::union)
    }

    /// Whether every field of the kind has one of these classes.
    pub(super) fn is_whole(&self, classes: Classes) -> bool {
        self.kind.declaration().classes.values().all(|class| classes.holds(*class))
    }
}

/// The path of a kind's list, after the language.
pub(super) fn path_of(kind: &Kind) -> String {
    format!("/records/{}", kind.name())
}

/// Whether a permit shows a class of some record.
pub(super) fn shows(permit: &ReadPermit, class: Class) -> bool {
    permit.narrowed(Classes::NONE.with(class)).is_some()
}

/// The places in which a caller could make records: nowhere in particular, in its provinces, for its subjects.
fn places(caller: &Caller) -> Vec<Placement> {
    let mut places = vec![Placement::default()];
    for grant in caller.roles() {
        if let Scope::Jurisdiction(Jurisdiction::Provinces(provinces)) = &grant.scope {
            places.extend(provinces.iter().map(|province| Placement { province: Some(*province), subject: None }));
        }
    }
    places.extend(caller.subjects().into_iter().map(|subject| Placement { subject: Some(subject), province: None }));
    places
}

/// The one province in which a registrar works, for a form to begin with.
pub(super) fn own_province(caller: &Caller) -> Option<String> {
    let registrar = caller.roles().iter().filter(|grant| grant.role == Role::Registrar);
    let of = |scope: &Scope| -> Vec<String> {
        match scope {
            Scope::Jurisdiction(Jurisdiction::Provinces(provinces)) => {
                provinces.iter().map(ToString::to_string).collect()
            }
            Scope::Jurisdiction(Jurisdiction::Nation) | Scope::Cooperative(_) => Vec::new(),
        }
    };
    let mut provinces = registrar.flat_map(|grant| of(&grant.scope));
    match (provinces.next(), provinces.next()) {
        (Some(province), None) => Some(province),
        _ => None,
    }
}
