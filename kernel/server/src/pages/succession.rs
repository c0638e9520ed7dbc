//! What became of a cooperative that was merged or split, and what one came from. As public as the register is.

use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_identity::Caller;
use tiwizi_model::limits::SUCCESSIONS_SHOWN_MAX;
use tiwizi_model::{Record, RecordId};
use tiwizi_records::{Filter, Query};

use super::register;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;

/// The successors of a cooperative and those that it goes on with, for its public page; none for one that has neither.
pub(super) async fn of(app: &App, visit: &Visit, id: RecordId) -> Result<Option<Value>, Problem> {
    let into = linked(app, "cooperative", id).await?;
    let from = linked(app, "successor", id).await?;
    if into.is_empty() && from.is_empty() {
        return Ok(None);
    }
    let first = into.first().map(|record| &record.body);
    let text = |name: &str| first.and_then(|body| body.get(name)).and_then(Json::as_str).unwrap_or_default();
    let (how, on) = (text("how").to_owned(), visit.texts(app).written_date(text("on")));
    Ok(Some(context! {
        how,
        on,
        into => named(app, visit, "successor", &into).await?,
        from => named(app, visit, "cooperative", &from).await?,
    }))
}

/// The successions in which a cooperative stands on one side.
async fn linked(app: &App, side: &str, id: RecordId) -> Result<Vec<Record>, Problem> {
    let permit = app.records.may_read(&Caller::public(), &app.pages.names.succession)?;
    let filters = vec![Filter::equals(side, id.to_string())];
    let query = Query { filters, limit: SUCCESSIONS_SHOWN_MAX, ..Query::default() };
    Ok(app.records.list(&permit, &query).await?.items)
}

/// The cooperatives on the other side, by name, with how and when.
async fn named(app: &App, visit: &Visit, side: &str, links: &[Record]) -> Result<Vec<Value>, Problem> {
    let permit = app.records.may_read(&Caller::public(), &app.pages.names.cooperative)?;
    let other = |link: &Record| link.body.get(side)?.as_str()?.parse::<RecordId>().ok();
    let ids: Vec<RecordId> = links.iter().filter_map(other).collect();
    let records = app.records.read_many(&permit, &ids).await?;
    let (texts, language) = (visit.texts(app), visit.look.language);
    let told = |link: &Record| {
        let id = other(link)?;
        let record = records.iter().find(|record| record.id == id)?;
        let text = |name: &str| link.body.get(name).and_then(Json::as_str).unwrap_or_default();
        Some(context! {
            name => register::names(language, &record.body).first().map(register::Name::value),
            number => record.body.get("number").and_then(Json::as_str),
            href => visit.look.address(&format!("/directory/{id}")),
            how => text("how"),
            on => texts.written_date(text("on")),
        })
    };
    Ok(links.iter().filter_map(told).collect())
}
