//! Two records of one kind side by side, in the words in which each is shown on its own page.

use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_identity::policy::Action;
use tiwizi_model::{KindName, Record};

use super::super::register;
use super::super::visit::Visit;
use super::opened::Opened;
use super::references::References;
use super::shape::Part;
use super::show::class_mark;
use super::value::{Place, Show};
use crate::app::App;
use crate::problem::Problem;

/// Two records beside each other, as far as a visitor may see them.
#[derive(Default)]
pub(in super::super) struct Beside {
    /// Every field that one of the two has, with both values.
    pub(in super::super) rows: Vec<Value>,
    /// What each is called.
    pub(in super::super) titles: [Option<String>; 2],
    /// Whether the visitor may change one of the two.
    pub(in super::super) may_change: bool,
}

/// Reads two records of a kind for a page.
pub(in super::super) async fn beside(
    app: &App,
    visit: &Visit,
    kind: &KindName,
    records: [Option<&Record>; 2],
) -> Result<Beside, Problem> {
    let kinds = app.records.kinds();
    let kind = kinds.find(kind).cloned();
    let Some(opened) = kind.and_then(|kind| Opened::of_kind(app, visit, kind)) else { return Ok(Beside::default()) };
    let [one, other] = records;
    let there: Vec<&Record> = records.into_iter().flatten().collect();
    let references = References::load(&opened, &there).await?;
    let show = Show { opened: &opened, references: &references, place: Place::Cell };
    let at = |record: Option<&Record>, field: &str| -> Json {
        record.and_then(|record| record.body.get(field)).cloned().unwrap_or_default()
    };
    let shown = |record: Option<&Record>, field: &Part, value: &Json| match (record, field.name.as_str(), value) {
        // A branch is called by the list of its sector.
        (Some(record), "branch", Json::String(code)) => {
            let sector = record.body.get("sector").and_then(Json::as_str).unwrap_or_default();
            Some(context! { tag => register::branch(&opened.words.texts, sector, code) })
        }
        _ => show.value(field, value),
    };
    let mut rows = Vec::new();
    for field in &opened.fields {
        let values = records.map(|record| at(record, &field.name));
        if values.iter().all(Json::is_null) {
            continue;
        }
        let [first, second] = &values;
        rows.push(context! {
            label => opened.words.field(field),
            class => class_mark(&opened, field),
            first => shown(one, field, first),
            second => shown(other, field, second),
            differs => first != second,
        });
    }
    let title = |record: &Record| opened.words.record(&opened.kind, &opened.fields, record);
    let may_change = there.iter().any(|record| opened.may(Action::Change, record).is_some());
    Ok(Beside { rows, titles: records.map(|record| record.map(title)), may_change })
}
