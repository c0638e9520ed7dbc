//! A cooperative whose acts somebody looks at or enters: read once for a page.

use std::collections::BTreeSet;

use minijinja::{Value, context};
use tiwizi_identity::Caller;
use tiwizi_identity::policy::Class;
use tiwizi_model::{Language, RecordId};
use tiwizi_registry::acts::Desk;
use tiwizi_registry::day::Day;
use tiwizi_words::Texts;

use super::super::register;
use super::super::visit::Visit;
use super::people::People;
use super::said;
use crate::app::App;
use crate::problem::{Fault, Problem};

/// A cooperative on a page.
pub(super) struct Opened<'a> {
    pub(super) app: &'a App,
    pub(super) visit: &'a Visit,
    pub(super) texts: Texts,
    pub(super) desk: Desk,
    pub(super) people: People,
}

impl<'a> Opened<'a> {
    /// Reads a cooperative by what stands in an address; a visitor who may not see its acts finds none.
    pub(super) async fn of(app: &'a App, visit: &'a Visit, id: &str) -> Result<Self, Problem> {
        let cooperative: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
        let desk = app.acts.desk(visit.visitor.caller(), cooperative).await?;
        Ok(Self { app, visit, texts: visit.texts(app), desk, people: People::default() })
    }

    /// The same for a page that shows what acts say.
    pub(super) async fn whole(app: &'a App, visit: &'a Visit, id: &str) -> Result<Self, Problem> {
        let opened = Self::of(app, visit, id).await?;
        if opened.is_whole() { Ok(opened) } else { Err(Fault::NotFound.into()) }
    }

    /// Whether the visitor may see what acts say, and not only that they are there.
    pub(super) fn is_whole(&self) -> bool {
        self.desk.classes.holds(Class::Personal)
    }

    pub(super) fn caller(&self) -> &Caller {
        self.visit.visitor.caller()
    }

    pub(super) fn language(&self) -> Language {
        self.visit.look.language
    }

    pub(super) fn today(&self) -> Day {
        Day::of(self.app.ambient.now())
    }

    /// Reads the names of these people.
    pub(super) async fn name(&mut self, ids: &BTreeSet<RecordId>) -> Result<(), Problem> {
        let (app, visit) = (self.app, self.visit);
        self.people.add(app, visit.visitor.caller(), ids).await
    }

    /// The path of its page in the directory.
    pub(super) fn path(&self) -> String {
        format!("/directory/{}", self.desk.cooperative)
    }

    /// The path of its acts.
    pub(super) fn acts_path(&self) -> String {
        format!("{}/acts", self.path())
    }

    /// An address below the one of its page.
    pub(super) fn address(&self, rest: &str) -> String {
        self.visit.look.address(&format!("{}{rest}", self.path()))
    }

    /// Its name as a text.
    pub(super) fn title(&self) -> String {
        let names = &self.desk.state.names;
        let by_language = match self.language() {
            Language::Arabic | Language::Darija => [&names.ar, &names.fr, &names.zgh],
            Language::French => [&names.fr, &names.ar, &names.zgh],
            _ => [&names.zgh, &names.fr, &names.ar],
        };
        let name = by_language.into_iter().find_map(Clone::clone);
        name.or_else(|| self.desk.state.number.clone()).unwrap_or_else(|| self.desk.cooperative.to_string())
    }

    /// What every page of its acts shows around its content.
    pub(super) fn around(&self) -> Value {
        let state = &self.desk.state;
        let province = state.province.map(|province| province.to_string());
        context! {
            cooperative => context! {
                name => self.title(),
                href => self.desk.record.is_some().then(|| self.address("")),
                stage => said::stage(&self.texts, state.stage),
                court => state.court.clone(),
                number => state.number.clone(),
                place => province.as_deref().and_then(|code| register::province(self.language(), code)),
            },
            history => self.address("/acts"),
        }
    }
}
