//! Requests, processings and the fields of records in a reader's words.

use std::sync::Arc;

use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use serde_json::{Map, Value as Json};
use tiwizi_model::{Instant, KindName, Record, RecordId};
use tiwizi_registry::day::Day;
use tiwizi_registry::protection::{Coverage, Processing};
use tiwizi_words::Texts;

use super::super::register;
use super::super::said::said;
use super::super::visit::Visit;
use crate::app::App;

/// The fields of a person that can be asked to be put right, with the type of their input.
pub(super) const CHANGEABLE: [(&str, &str); 7] = [
    ("name_ar", "text"),
    ("name_fr", "text"),
    ("gender", "choice"),
    ("birth_date", "date"),
    ("phone", "tel"),
    ("email", "email"),
    ("address", "text"),
];

/// The words for records of a kind: the kernel's, and those of the plugin that declares it.
pub(in super::super) fn of_kind(app: &App, visit: &Visit, kind: &KindName) -> Texts {
    let texts = visit.texts(app);
    let messages = kind.namespace().parse().ok().and_then(|id| app.host.messages(&id));
    match messages {
        Some(messages) => texts.with_plugin(messages),
        None => texts,
    }
}

/// What a field is called.
pub(in super::super) fn label(texts: &Texts, kind: &str, field: &str) -> String {
    let name = field.replace('_', "-");
    let keys = [format!("field-{kind}-{name}"), format!("field-{name}"), format!("acts-field-{name}"), name];
    keys.iter().find_map(|key| texts.find(key, &FluentArgs::new())).unwrap_or_else(|| field.replace('_', " "))
}

/// What a value says.
pub(in super::super) fn value(texts: &Texts, kind: &str, field: &str, value: &Json) -> String {
    let Some(text) = value.as_str() else {
        return match value {
            Json::Array(items) => items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join(" · "),
            Json::Bool(flag) => texts.text(if *flag { "yes" } else { "no" }),
            // What happened at a moment is named so.
            Json::Number(number) if field.ends_with("_at") => texts.date(Instant(number.as_i64().unwrap_or_default())),
            value => value.to_string(),
        };
    };
    match field {
        "sector" => register::sector(texts, text),
        "province" => register::province(texts.language(), text).unwrap_or(text).to_owned(),
        _ if text.parse::<Day>().is_ok() => texts.written_date(text),
        _ => {
            let (name, code) = (field.replace('_', "-"), text.replace('_', "-"));
            let keys = [format!("value-{kind}-{name}-{code}"), format!("value-{name}-{code}")];
            let is_code = code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let found = keys.iter().filter(|_| is_code).find_map(|key| texts.find(key, &FluentArgs::new()));
            found.unwrap_or_else(|| text.to_owned())
        }
    }
}

/// The fields of a body, in words.
pub(super) fn rows(texts: &Texts, kind: &str, body: &Json) -> Vec<Value> {
    let empty = Map::new();
    let fields = body.as_object().unwrap_or(&empty);
    let row = |(field, found): (&String, &Json)| {
        context! { label => label(texts, kind, field), value => value(texts, kind, field, found) }
    };
    fields.iter().map(row).collect()
}

/// What a processing is for, in the page's language or the nearest one.
pub(in super::super) fn purpose(visit: &Visit, processing: &Processing) -> Value {
    let text = |field: &str| processing.body.get(field).and_then(Json::as_str).map(str::to_owned);
    let texts =
        [(tiwizi_model::Language::Arabic, text("purpose_ar")), (tiwizi_model::Language::French, text("purpose_fr"))];
    let texts = texts.into_iter().filter_map(|(language, text)| Some((language, text?))).collect();
    said(&visit.look, &tiwizi_records::manifest::LocalText(texts))
}

/// A processing as everybody may read it.
pub(in super::super) fn processing(app: &App, visit: &Visit, texts: &Texts, one: &Processing) -> Value {
    let text = |field: &str| one.body.get(field).and_then(Json::as_str).map(str::to_owned);
    let list = |field: &str| {
        one.body.get(field).map(|found| value(texts, "processing", field, found)).filter(|found| !found.is_empty())
    };
    let kinds = app.records.kinds();
    let title = |name: &KindName| match kinds.find(name) {
        Some(kind) => said(&visit.look, &kind.declaration().title),
        None => name.to_string().into(),
    };
    context! {
        id => one.id.to_string(),
        code => &*one.code,
        purpose => purpose(visit, one),
        basis => value(texts, "processing", "basis", &one.basis.as_str().into()),
        status => one.status.replace('_', "-"),
        kinds => one.kinds.iter().map(title).collect::<Vec<_>>(),
        people => list("people"),
        categories => list("categories"),
        recipients => list("recipients"),
        retention => text("retention"),
        abroad => text("abroad"),
        formality => text("formality").map(|found| value(texts, "processing", "formality", &found.into())),
        receipt => text("receipt"),
        receipt_on => text("receipt_on"),
        exemption => text("exemption"),
        edit => visit.look.address(&format!("/records/registry/processing/{}/edit", one.id)),
    }
}

/// Who answers for the data.
pub(in super::super) fn controller(visit: &Visit, coverage: &Coverage) -> Option<Value> {
    let body = &coverage.controller.as_ref()?.body;
    let text = |field: &str| body.get(field).and_then(Json::as_str).map(str::to_owned);
    let name = register::names(visit.look.language, body).first().map(register::Name::value);
    Some(context! { name, address => text("address"), phone => text("phone"), email => text("email") })
}

/// A request in a list or on its page.
pub(super) fn request((visit, texts): (&Visit, &Texts), coverage: &Coverage, record: &Record, today: Day) -> Value {
    let text = |field: &str| record.body.get(field).and_then(Json::as_str).map(str::to_owned);
    let moment = |field: &str| record.body.get(field).and_then(Json::as_i64);
    let due: Option<Day> = text("due_on").and_then(|day| day.parse().ok());
    let status = text("status").unwrap_or_default();
    let is_late = status == "open" && due.is_some_and(|due| due < today);
    let to: Option<RecordId> = text("processing").and_then(|id| id.parse().ok());
    let to = to.and_then(|id| coverage.processing(id)).map(|one| purpose(visit, one));
    let empty = Json::Object(Map::new());
    context! {
        id => record.id.to_string(),
        version => record.version.0,
        right => text("right"),
        status,
        asked => moment("asked_at"),
        due => text("due_on"),
        is_late,
        text => text("text"),
        changes => rows(texts, "person", record.body.get("changes").unwrap_or(&empty)),
        processing => to,
        answer => text("answer"),
        answered => moment("answered_at"),
        given => moment("given_at"),
    }
}

/// The fields of a person as a form shows them.
pub(super) fn fields(texts: &Texts, person: Option<&Json>, given: &Map<String, Json>) -> Vec<Value> {
    let field = |&(name, kind): &(&str, &str)| {
        let now = person.and_then(|person| person.get(name)).and_then(Json::as_str).unwrap_or_default();
        let text = given.get(name).and_then(Json::as_str).unwrap_or(now);
        context! { name, kind, text, label => label(texts, "person", name), now => value(texts, "person", name, &now.into()) }
    };
    CHANGEABLE.iter().map(field).collect()
}

/// The processings in force that somebody may oppose.
pub(super) fn opposable(app: &App, visit: &Visit, coverage: &Arc<Coverage>) -> Vec<Value> {
    let Ok(law) = tiwizi_registry::protection::ProtectionLaw::own() else { return Vec::new() };
    let texts = visit.texts(app);
    let open = coverage.processings.iter().filter(|one| one.is_in_force() && law.may_be_opposed(&one.basis));
    open.map(|one| processing(app, visit, &texts, one)).collect()
}
