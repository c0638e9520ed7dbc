//! Proposals: what this instance asks others to change, and what others ask of it, with the answers.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tiwizi_federation::proposals::{Accept, Decided, NewProposal, ProposalView, Question, Way};
use tiwizi_federation_core::flow::proposal::FieldDifference;
use tiwizi_model::{KindName, RecordId, Version};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::federation::may_see;
use crate::json::{self, Shaped};
use crate::moving::proposals;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;

/// A proposal.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposalShown {
    /// Its id here.
    id: String,
    /// The version of what is kept of it.
    version: i64,
    /// `sent` when this instance asks, `received` when it is asked.
    way: &'static str,
    /// The id of the other instance: the home that is asked, or the sender.
    peer: String,
    /// What that is called.
    peer_name: String,
    /// The kind of the record that would change.
    kind: String,
    /// The record that would change.
    record: String,
    /// The version of it that the sender saw.
    seen: u64,
    /// `waiting`, `review`, `held`, `accepted`, `refused` or `forwarded`.
    status: &'static str,
    /// Of a refusal: `declined` by a person, `invalid` by a rule, or the record is `absent`.
    outcome: Option<&'static str>,
    /// Why it was refused.
    reason: Option<String>,
    /// The version that accepting it made.
    written: Option<u64>,
    /// When it was made, or came.
    made_at: String,
    /// Who made it, when this instance asks.
    made_by: Option<String>,
    /// When it was answered.
    answered_at: Option<String>,
    /// The province whose office answers.
    province: Option<String>,
}

/// A proposal with what it would change.
#[derive(Serialize, ToSchema)]
pub(crate) struct QuestionShown {
    proposal: ProposalShown,
    /// The version of the record here; null when there is none for the caller.
    record_version: Option<i64>,
    /// Whether the record was changed since the sender saw it.
    stale: bool,
    /// Each field that would change.
    fields: Vec<FieldShown>,
    /// How many fields the caller is not shown.
    hidden: usize,
    /// Whether the caller may answer.
    may_answer: bool,
}

/// One field, three times.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldShown {
    /// Its name.
    field: String,
    /// What it was when the sender looked; left out when it was absent, or is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    seen: Option<Value>,
    /// What is proposed; left out when it shall go.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    proposed: Option<Value>,
    /// What it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    now: Option<Value>,
    /// It was changed since the sender looked, to something other than what is proposed.
    conflict: bool,
}

/// A page of proposals.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposalsShown {
    items: Vec<ProposalShown>,
    /// The cursor of the next page.
    next: Option<String>,
}

/// What is proposed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposeBody {
    /// The kind of the record.
    kind: String,
    /// The record, of another home.
    record: String,
    /// The version that was looked at.
    version: i64,
    /// What would change, as a JSON merge patch (RFC 7396).
    #[schema(value_type = Object)]
    patch: Value,
    /// 32 hexadecimal digits that were drawn when the form was opened: what is sent twice is one proposal.
    key: String,
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerBody {
    /// The version of the proposal that was looked at.
    version: i64,
    /// Whether it is accepted.
    accepted: bool,
    /// To accept: the version of the record that was looked at.
    record_version: Option<i64>,
    /// To refuse: why.
    #[serde(default)]
    reason: String,
}

/// Lists proposals, the newest first.
#[utoipa::path(get, path = "/api/v1/proposals", tag = "federation",
    params(("way" = Option<String>, Query, description = "`received`, what others ask, or `sent`, what this instance asks; without it, `received`"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before")),
    responses((status = 200, body = ProposalsShown), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn list(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, Problem> {
    may_see(&visitor)?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let way = match parameters.take("way")? {
        None => Way::Received,
        Some(name) => Way::named(&name).ok_or_else(|| Problem::parameter("way", "sent or received is expected"))?,
    };
    let cursor = parameters.take("cursor")?;
    parameters.finish()?;
    let page = proposals(&app)?.list(visitor.caller(), way, cursor).await?;
    json::ok(&ProposalsShown { items: page.items.into_iter().map(shown).collect(), next: page.next })
}

/// Proposes a change of a record of another home. The home's registrars answer.
#[utoipa::path(post, path = "/api/v1/proposals", tag = "federation", request_body = ProposeBody,
    responses((status = 201, body = QuestionShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn propose(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Shaped(body): Shaped<ProposeBody>,
) -> Result<Response, Problem> {
    may_see(&visitor)?;
    let door = proposals(&app)?;
    let kind: KindName =
        body.kind.parse().map_err(|_| Problem::field("/kind", "format", "the name of a kind is expected"))?;
    let record: RecordId =
        body.record.parse().map_err(|_| Problem::field("/record", "format", "the id of a record is expected"))?;
    let new = NewProposal { kind, record, seen: Version(body.version), patch: body.patch, key: body.key };
    let id = door.propose(visitor.caller(), new).await?;
    json::answer(StatusCode::CREATED, &question(door.show(visitor.caller(), id).await?))
}

/// Shows a proposal with what it would change: each field as it was, as it is proposed, as it is.
#[utoipa::path(get, path = "/api/v1/proposals/{proposal}", tag = "federation",
    params(("proposal" = String, Path, description = "The id of the proposal")),
    responses((status = 200, body = QuestionShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(proposal): Path<String>,
) -> Result<Response, Problem> {
    may_see(&visitor)?;
    let found = proposals(&app)?.show(visitor.caller(), id_of(&proposal)?).await?;
    json::ok(&question(found))
}

/// Answers a proposal, once. What is accepted is written with the rights of whoever accepts, by the rules of any write.
#[utoipa::path(post, path = "/api/v1/proposals/{proposal}/answer", tag = "federation", request_body = AnswerBody,
    params(("proposal" = String, Path, description = "The id of the proposal")),
    responses((status = 200, body = QuestionShown), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(proposal): Path<String>,
    Shaped(body): Shaped<AnswerBody>,
) -> Result<Response, Problem> {
    may_see(&visitor)?;
    let (door, id, caller) = (proposals(&app)?, id_of(&proposal)?, visitor.caller());
    let seen = Version(body.version);
    let decided = if body.accepted {
        let record = body.record_version.map(Version).ok_or_else(|| {
            Problem::field("/record_version", "required", "say which version of the record was looked at")
        })?;
        door.accept(caller, Accept { proposal: id, seen, record }).await?
    } else {
        door.refuse(caller, (id, seen), &body.reason).await?
    };
    match decided {
        Decided::Answered => json::ok(&question(door.show(caller, id).await?)),
        Decided::Forwarded => Err(Problem::from(Fault::NotHome)
            .saying("the proposal went on to the new home of the record, which answers it")),
    }
}

fn id_of(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

fn question(found: Question) -> QuestionShown {
    let Question { view, now, is_stale, fields, hidden, may_answer } = found;
    QuestionShown {
        proposal: shown(view),
        record_version: now.map(|version| version.0),
        stale: is_stale,
        fields: fields.into_iter().map(field).collect(),
        hidden,
        may_answer,
    }
}

fn field(difference: FieldDifference) -> FieldShown {
    let FieldDifference { field, seen, proposed, now, conflict } = difference;
    FieldShown { field, seen, proposed, now, conflict }
}

fn shown(view: ProposalView) -> ProposalShown {
    ProposalShown {
        id: view.id.to_string(),
        version: view.version.0,
        way: view.way.name(),
        peer: view.node.to_string(),
        peer_name: view.node_name,
        kind: view.kind.to_string(),
        record: view.record.to_string(),
        seen: view.seen,
        status: view.status.name(),
        outcome: view.outcome.map(tiwizi_federation::proposals::Outcome::name),
        reason: view.reason,
        written: view.written,
        made_at: rfc3339(view.made_at),
        made_by: view.made_by,
        answered_at: view.answered_at.map(rfc3339),
        province: view.province.map(|province| province.to_string()),
    }
}
