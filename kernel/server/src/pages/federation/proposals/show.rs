//! One proposal: each field as it was, as it is proposed, as it is; and the answer.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_federation::proposals::{Accept, Decided, ProposalsError, Question};
use tiwizi_federation_core::flow::proposal::FieldDifference;
use tiwizi_model::{RecordId, Version};
use tiwizi_records::WriteError;

use super::super::super::protection::words;
use super::super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::super::{frame, nowhere, posted};
use super::{PROPOSALS, line};
use crate::app::App;
use crate::federation::may_see;
use crate::form::Posted;
use crate::moving::proposals;
use crate::problem::{Fault, Problem};

/// What stood in the way of an answer.
#[derive(Default)]
struct Wrong {
    key: Option<&'static str>,
    /// The reasons of the record's own door, in its words.
    reasons: Vec<String>,
    /// What was typed.
    given: String,
}

/// `GET /{language}/federation/proposals/{proposal}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, proposal)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    may_see(&visit.visitor)?;
    let Some(door) = app.proposals() else { return nowhere(&app, &visit) };
    let found = door.show(visit.visitor.caller(), id_of(&proposal)?).await?;
    page(&app, &visit, &found, Wrong::default())
}

/// `POST /{language}/federation/proposals/{proposal}`: accepts it, or refuses it with a reason.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Path((_, proposal)): Path<(String, String)>,
    asked: Asked,
    form: Posted,
) -> Result<Response, Problem> {
    let visit = posted(&app, asked, &form).await?;
    may_see(&visit.visitor)?;
    let (door, id, caller) = (proposals(&app)?, id_of(&proposal)?, visit.visitor.caller());
    let version = |name: &str| form.field(name).and_then(|text| text.parse().ok()).map(Version);
    let seen = version("seen")
        .ok_or_else(|| Problem::field("/seen", "required", "the form does not say what was looked at"))?;
    let given = form.field("reason").unwrap_or_default().to_owned();
    let decided = match (form.field("decision"), version("record")) {
        (Some("accept"), Some(record)) => door.accept(caller, Accept { proposal: id, seen, record }).await,
        (Some("refuse"), _) => door.refuse(caller, (id, seen), &given).await,
        _ => return Err(Problem::field("/decision", "required", "the form does not say what is answered")),
    };
    let error = match decided {
        Ok(Decided::Answered) => return Ok(visit.go(&format!("{PROPOSALS}/{id}?done=proposal-answered"))),
        Ok(Decided::Forwarded) => return Ok(visit.go(&format!("{PROPOSALS}/{id}?done=proposal-forwarded"))),
        Err(error) => error,
    };
    let Some((key, fault)) = told(&error) else { return Err(error.into()) };
    let reasons = match &error {
        ProposalsError::NotWritten(source) => reasons(source),
        _ => Vec::new(),
    };
    let found = door.show(caller, id).await?;
    let again = page(&app, &visit, &found, Wrong { key: Some(key), reasons, given })?;
    Ok(with_status(fault.status(), again))
}

/// What is no fault of this side, in words.
fn told(error: &ProposalsError) -> Option<(&'static str, Fault)> {
    Some(match error {
        ProposalsError::Invalid { .. } => ("proposal-wrong-reason", Fault::Invalid),
        ProposalsError::Answered => ("proposal-wrong-answered", Fault::Conflict),
        ProposalsError::Elsewhere => ("proposal-wrong-elsewhere", Fault::Conflict),
        ProposalsError::Moved => ("proposal-wrong-moved", Fault::Stale),
        ProposalsError::NotWritten(source) => match **source {
            WriteError::InTransfer { .. } => ("proposal-wrong-transfer", Fault::InTransfer),
            WriteError::Elsewhere { .. } => ("proposal-wrong-elsewhere", Fault::NotHome),
            _ => ("proposal-wrong-written", Fault::Invalid),
        },
        _ => return None,
    })
}

/// Why the record's own door refuses what is proposed, for whoever answers to say to the sender.
fn reasons(error: &WriteError) -> Vec<String> {
    match error {
        WriteError::Invalid { fields, .. } | WriteError::Alike { fields, .. } => {
            fields.iter().map(ToString::to_string).collect()
        }
        error => vec![error.to_string()],
    }
}

fn id_of(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

fn page(app: &App, visit: &Visit, found: &Question, wrong: Wrong) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let fields = found.fields.iter().map(|one| row(app, visit, found, one)).collect::<Vec<_>>();
    let given = if wrong.given.is_empty() { wrong.reasons.join("\n") } else { wrong.given };
    let data = context! {
        proposal => line(app, visit, &texts, &found.view),
        fields,
        hidden => found.hidden,
        is_stale => found.is_stale,
        is_gone => found.now.is_none(),
        record_version => found.now.map(|version| version.0),
        may_answer => found.may_answer,
        wrong => wrong.key,
        reasons => wrong.reasons,
        given,
        action => visit.look.address(&format!("{PROPOSALS}/{}", found.view.id)),
        ..frame(visit)
    };
    visit.page(app, "federation/proposal.html", &texts.text("proposal"), data)
}

/// One field, three times.
fn row(app: &App, visit: &Visit, found: &Question, one: &FieldDifference) -> Value {
    let texts = words::of_kind(app, visit, &found.view.kind);
    let kind = found.view.kind.name();
    let said = |value: &Option<Json>| value.as_ref().map(|value| words::value(&texts, kind, &one.field, value));
    context! {
        label => words::label(&texts, kind, &one.field),
        seen => said(&one.seen),
        proposed => said(&one.proposed),
        now => said(&one.now),
        conflict => one.conflict,
    }
}
