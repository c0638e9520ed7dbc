//! Extracts on the page of a cooperative: issued by whoever keeps the register there, and found again by whoever may see them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_identity::policy::Class;
use tiwizi_model::{Language, Record, RecordId};
use tiwizi_records::{Filter, Query};
use tiwizi_registry::extract::{Paper, may_issue};

use super::visit::{Asked, Visit};
use crate::api::extracts::{address, read};
use crate::app::App;
use crate::extracts;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// The papers of a cooperative that its page shows: the newest.
const SHOWN: u32 = 10;

/// The papers that were issued, for whoever may see the names that stand on them: the office, and the cooperative's own people.
pub(super) async fn issued(app: &App, visit: &Visit, cooperative: &Record) -> Result<Vec<Value>, Problem> {
    let Ok(permit) = app.records.may_read(visit.visitor.caller(), &app.pages.names.extract) else {
        return Ok(Vec::new());
    };
    let classes = permit.classes(Some(cooperative.id), cooperative.province);
    if !classes.is_some_and(|classes| classes.holds(Class::Personal)) {
        return Ok(Vec::new());
    }
    let query = Query {
        filters: vec![Filter::equals("cooperative", cooperative.id.to_string())],
        sort: Some(("issued_at".to_owned(), true)),
        limit: SHOWN,
        ..Query::default()
    };
    let texts = visit.texts(app);
    let line = |record: &Record| {
        let paper = record.body.get("paper").and_then(Json::as_str).unwrap_or_default();
        context! {
            paper => texts.text(&format!("value-paper-{paper}")),
            issued => record.body.get("issued_at").and_then(Json::as_i64),
            href => address(cooperative.id, record.id),
        }
    };
    Ok(app.records.list(&permit, &query).await?.items.iter().map(line).collect())
}

/// What the form offers; none to whom it would be refused.
pub(super) fn offer(app: &App, visit: &Visit, cooperative: &Record) -> Option<Value> {
    if !may_issue(&app.records, visit.visitor.caller(), cooperative) {
        return None;
    }
    let texts = visit.texts(app);
    let paper = |paper: Paper| {
        let name = texts.find(&format!("value-paper-{}", paper.name()), &FluentArgs::new());
        Value::from_iter([paper.name().to_owned(), name.unwrap_or_else(|| paper.name().to_owned())])
    };
    let languages = Language::ALL.map(|language| Value::from_iter([language.tag(), language.own_name()]));
    Some(context! {
        action => visit.look.address(&format!("/directory/{}/extracts", cooperative.id)),
        papers => [Paper::Extract, Paper::Certificate].map(paper).to_vec(),
        languages => languages.to_vec(),
        language => visit.look.language.tag(),
    })
}

/// `POST /{language}/directory/{id}/extracts`: issues it and leads to the paper, so that going back issues no second one.
pub(super) async fn issue(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let cooperative: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let (paper, language) = (posted.field("paper").unwrap_or_default(), posted.field("language").unwrap_or_default());
    let wanted = read(cooperative, paper, language)?;
    let visit = asked.at(&format!("/directory/{cooperative}")).by(&app, posted.visitor).await;
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    let issued = extracts::issue_extract(&app, visit.visitor.signed_in()?, wanted).await?;
    Ok(Redirect::to(&address(cooperative, issued.record.id)).into_response())
}
