//! People by their names, as far as the visitor may see them; members that are legal persons or cooperatives too.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;
use serde_json::Value as Json;
use tiwizi_identity::Caller;
use tiwizi_model::{KindName, Language, RecordId};
use tiwizi_registry::acts::State;

use super::super::register;
use crate::app::App;
use crate::problem::Problem;

/// Records that are read at once.
const CHUNK: usize = 500;

/// Persons, legal persons and cooperatives whose names are known.
#[derive(Debug, Default)]
pub(super) struct People(BTreeMap<RecordId, Json>);

impl People {
    /// Reads whoever is not known yet. Those whom the caller may not see stay unnamed.
    pub(super) async fn add(&mut self, app: &App, caller: &Caller, ids: &BTreeSet<RecordId>) -> Result<(), Problem> {
        let names = &app.pages.names;
        // Most are natural persons; what is left after them is asked of the next kind.
        for kind in [&names.person, &names.legal_person, &names.cooperative] {
            self.add_of(app, caller, kind, ids).await?;
        }
        Ok(())
    }

    async fn add_of(
        &mut self,
        app: &App,
        caller: &Caller,
        kind: &KindName,
        ids: &BTreeSet<RecordId>,
    ) -> Result<(), Problem> {
        let Ok(permit) = app.records.may_read(caller, kind) else { return Ok(()) };
        let ids: Vec<RecordId> = ids.iter().filter(|id| !self.0.contains_key(*id)).copied().collect();
        for chunk in ids.chunks(CHUNK) {
            let records = app.records.read_many(&permit, chunk).await?;
            self.0.extend(records.into_iter().map(|record| (record.id, record.body)));
        }
        Ok(())
    }

    /// Names somebody who is not in the register yet.
    pub(super) fn expect(&mut self, id: RecordId, body: Json) {
        self.0.insert(id, body);
    }

    /// The record of a person.
    pub(super) fn body(&self, id: RecordId) -> Option<&Json> {
        self.0.get(&id)
    }

    /// The name for a page; none when the visitor may not see it.
    pub(super) fn name(&self, language: Language, id: RecordId) -> Option<Value> {
        register::names(language, self.0.get(&id)?).first().map(register::Name::value)
    }

    /// The name as a text.
    pub(super) fn text(&self, language: Language, id: RecordId) -> Option<String> {
        register::names(language, self.0.get(&id)?).first().map(|name| name.text().to_owned())
    }

    /// The names in both scripts, for a list that is printed.
    pub(super) fn names(&self, language: Language, id: RecordId) -> Vec<Value> {
        let body = self.0.get(&id);
        let names = body.map(|body| register::names(language, body)).unwrap_or_default();
        names.iter().map(register::Name::value).collect()
    }
}

/// Everybody who has an office, is a member or acts for one, or did.
pub(super) fn everybody(state: &State) -> BTreeSet<RecordId> {
    let members = state.members.values().map(|member| member.person);
    let represented = state.members.values().filter_map(|member| member.represented_by);
    members.chain(represented).chain(officers(state)).collect()
}

/// Everybody who has an office, or had one.
pub(super) fn officers(state: &State) -> BTreeSet<RecordId> {
    state.mandates.iter().map(|mandate| mandate.person).collect()
}
