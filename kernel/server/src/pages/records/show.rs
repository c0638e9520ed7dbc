//! One record, read for people.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_identity::policy::Class;
use tiwizi_model::{Author, Record};

use super::super::console::done;
use super::super::federation::coverage::home_of;
use super::super::said::said;
use super::super::visit::Visit;
use super::kinds::namespace_title;
use super::opened::{Opened, shows};
use super::propose;
use super::references::References;
use super::shape::Part;
use super::value::{Place, Show};
use super::words::{kind_said, plain};
use crate::app::App;
use crate::problem::Problem;

const TITLE_CHARS_MAX: usize = 200;

pub(super) type RecordPath = Path<(String, String, String, String)>;

/// `GET /{language}/records/{namespace}/{kind}/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind, id)): RecordPath,
    visit: Visit,
) -> Result<Response, Problem> {
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    let record = opened.record(&id).await?;
    let references = References::load(&opened, &[&record]).await?;
    let path = format!("{}/{}", opened.address(), record.id);
    let home = home_of(&app, &visit.texts(&app), &record).await?;
    let data = context! {
        rows => rows(&opened, &references, &record),
        done => done(&visit),
        version => record.version.0,
        created => record.created_at.0,
        changed => record.changed_at.0,
        author => author(&opened, &record.author),
        id => record.id.to_string(),
        home,
        propose => propose::offer(&opened, &record),
        history => format!("{path}/history"),
        edit => opened.may_edit(&record).map(|_| format!("{path}/edit")),
        delete => opened.may_delete(&record).then(|| format!("{path}/delete")),
        request => asks(&opened, &record),
        ..head(&opened, &record)
    };
    visit.page(&app, "records/record.html", &title(&opened, &record), data)
}

/// Where the office writes down what a person asks about their data; none for other records and other readers.
fn asks(opened: &Opened<'_>, record: &Record) -> Option<String> {
    let is_person = *opened.kind.name() == opened.app.pages.names().person && opened.may_edit(record).is_some();
    is_person.then(|| opened.visit.look.address(&format!("/register/requests/new?person={}", record.id)))
}

/// What a record is called, in one line.
pub(super) fn title(opened: &Opened<'_>, record: &Record) -> String {
    plain(&opened.words.record(&opened.kind, &opened.fields, record), TITLE_CHARS_MAX)
}

/// Where a page of a record stands.
pub(super) fn head(opened: &Opened<'_>, record: &Record) -> Value {
    let (visit, list) = (opened.visit, opened.address());
    context! {
        title => title(opened, record),
        kind => kind_said(&opened.kind, &visit.look),
        namespace => namespace_title(opened.app, visit, opened.kind.name().namespace()),
        kinds => visit.look.address("/records"),
        record => format!("{list}/{}", record.id),
        list,
    }
}

fn rows(opened: &Opened<'_>, references: &References, record: &Record) -> Vec<Value> {
    let show = Show { opened, references, place: Place::Page };
    let row = |field: &Part| {
        let value = record.body.get(&field.name).and_then(|value| show.value(field, value))?;
        Some(context! { label => opened.words.field(field), class => class_mark(opened, field), value })
    };
    opened.fields.iter().filter_map(row).collect()
}

/// The class of a field, where it is one that asks for care.
pub(super) fn class_mark(opened: &Opened<'_>, field: &Part) -> Option<&'static str> {
    match opened.kind.class(&field.name)? {
        Class::Personal => Some("personal"),
        Class::Sensitive => Some("sensitive"),
        Class::Public | Class::Internal => None,
    }
}

/// Who wrote a version, as far as the visitor may know.
pub(super) fn author(opened: &Opened<'_>, author: &Author) -> Value {
    let plugin = author.plugin.as_ref().map(|id| {
        let plugin = opened.app.host.plugin(id);
        plugin.map_or_else(|| id.to_string().into(), |plugin| said(&opened.visit.look, &plugin.name))
    });
    let who = match author.account {
        Some(account) if opened.caller().account() == Some(account) => Some("records-by-you"),
        Some(_) => Some("records-by-account"),
        // Who may not see an account is told nothing: the record does not say whether there was one.
        None if author.plugin.is_none() && shows(&opened.permit, Class::Internal) => Some("records-by-system"),
        None => None,
    };
    context! { who, plugin, account => author.account.map(|account| super::words::short_id(&account.to_string())) }
}
