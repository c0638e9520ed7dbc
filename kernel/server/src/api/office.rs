//! What waits in the office: the inbox, and who holds what.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use tiwizi_identity::{Caller, Colleague};
use tiwizi_model::{AccountId, KindName, ProvinceCode, RecordId, Version};
use tiwizi_registry::day::Day;
use tiwizi_registry::office::{Holder, Inbox, Order, StoredTask, WaitsFor};
use utoipa::ToSchema;

use crate::app::App;
use crate::caller::Visitor;
use crate::json::{self, Shaped};
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};

/// Something that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct TaskView {
    /// The task.
    id: String,
    /// The version of its record.
    version: i64,
    /// The kind of the record that waits.
    source: String,
    /// The record that waits.
    record: String,
    /// What is to be done: `filing-submitted`, `founding-submitted`, `request-access`, `duplicate-open`…
    what: String,
    /// Whose turn it is: `office` or `others`.
    waits_for: &'static str,
    /// Since when it has waited.
    since: String,
    /// The last day on which it is in time.
    due_on: String,
    /// Whether that day is over.
    overdue: bool,
    /// Whether it still waits.
    open: bool,
    /// Who took it; null when nobody has.
    holder: Option<HolderView>,
    /// The cooperative that it is about.
    cooperative: Option<String>,
    /// The name of what it is about in Arabic: of a cooperative, or of a person whom the caller may see.
    name_ar: Option<String>,
    /// The same in French.
    name_fr: Option<String>,
    /// The province whose office does it.
    province: Option<String>,
}

/// Somebody who works in the office.
#[derive(Serialize, ToSchema)]
pub(crate) struct HolderView {
    /// The account.
    account: String,
    /// The name that people see.
    name: String,
}

/// A page of what waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct TasksView {
    items: Vec<TaskView>,
    /// The cursor of the next page.
    next: Option<String>,
}

/// Who shall hold a task.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolderBody {
    /// `me` takes a task that nobody holds; an account is given it.
    account: String,
    /// The version of the task that was looked at; without it whatever there is is changed.
    version: Option<i64>,
}

/// Lists what waits, what is due first at the head.
#[utoipa::path(get, path = "/api/v1/office/tasks", tag = "office",
    params(("province" = Option<String>, Query, description = "The HCP code of a province"),
        ("source" = Option<String>, Query, description = "The kind of the records that wait: `registry/filing`"),
        ("whose" = Option<String>, Query, description = "`me`, `nobody`, or an account"),
        ("waits_for" = Option<String>, Query, description = "`office` or `others`"),
        ("overdue" = Option<bool>, Query, description = "`true`: only what should be done already"),
        ("done" = Option<bool>, Query, description = "`true`: what waits no longer"),
        ("sort" = Option<String>, Query, description = "`due` or `newest`"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before")),
    responses((status = 200, body = TasksView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody)))]
pub(crate) async fn list(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, Problem> {
    let caller = visitor.caller();
    let today = Day::of(app.ambient.now());
    let asked = asked(Parameters::of_query(uri.query())?, caller, today)?;
    let page = app.office.inbox(caller, &asked).await?;
    let holders = app.office.holders(page.tasks.iter().map(|stored| &stored.task)).await?;
    let holders: HashMap<AccountId, Colleague> =
        holders.into_iter().map(|colleague| (colleague.account, colleague)).collect();
    let items = page.tasks.iter().map(|stored| view(stored, today, &holders)).collect();
    json::ok(&TasksView { items, next: page.next })
}

/// Takes a task, or gives it to a colleague who keeps the register in its province.
#[utoipa::path(put, path = "/api/v1/office/tasks/{task}/holder", tag = "office", request_body = HolderBody,
    params(("task" = String, Path, description = "The id of the task")),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn hold(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(task): Path<String>,
    Shaped(body): Shaped<HolderBody>,
) -> Result<Response, Problem> {
    let (caller, id) = (visitor.caller(), id_of(&task)?);
    let seen = body.version.map(Version);
    if body.account == "me" {
        app.office.take(caller, id, seen).await?;
    } else {
        // Whoever may not see the task learns nothing of accounts.
        app.office.task(caller, id).await?;
        let to: AccountId =
            body.account.parse().map_err(|_| Problem::field("/account", "format", "an account is expected"))?;
        app.office.assign(caller, id, seen, to).await?;
    }
    Ok(no_content())
}

/// Hands a task back: nobody holds it then.
#[utoipa::path(delete, path = "/api/v1/office/tasks/{task}/holder", tag = "office",
    params(("task" = String, Path, description = "The id of the task")),
    responses((status = 204), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn hand_back(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(task): Path<String>,
) -> Result<Response, Problem> {
    app.office.hand_back(visitor.caller(), id_of(&task)?, None).await?;
    Ok(no_content())
}

fn no_content() -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn id_of(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

fn asked(mut parameters: Parameters, caller: &Caller, today: Day) -> Result<Inbox, Problem> {
    let province: Option<ProvinceCode> = parameters.take_as("province", "the code of a province, as in 09.541")?;
    let source: Option<KindName> = parameters.take_as("source", "the name of a kind")?;
    let holder = match parameters.take("whose")?.as_deref() {
        None => None,
        Some("nobody") => Some(Holder::Nobody),
        Some("me") => Some(Holder::Account(caller.account().ok_or(Fault::NotSignedIn)?)),
        Some(account) => {
            let account: AccountId =
                account.parse().map_err(|_| Problem::parameter("whose", "me, nobody or an account"))?;
            Some(Holder::Account(account))
        }
    };
    let waits_for = match parameters.take("waits_for")? {
        None => None,
        Some(name) => Some(
            WaitsFor::named(&name).ok_or_else(|| Problem::parameter("waits_for", "office or others is expected"))?,
        ),
    };
    let is_overdue: bool = parameters.take_as("overdue", "true or false")?.unwrap_or_default();
    let is_done: bool = parameters.take_as("done", "true or false")?.unwrap_or_default();
    let order = match parameters.take("sort")? {
        None => Order::Due,
        Some(name) => Order::named(&name).ok_or_else(|| Problem::parameter("sort", "due or newest is expected"))?,
    };
    let cursor = parameters.take("cursor")?;
    parameters.finish()?;
    Ok(Inbox {
        province,
        source,
        holder,
        waits_for,
        overdue_before: is_overdue.then_some(today),
        is_open: !is_done,
        order,
        cursor,
        ..Inbox::default()
    })
}

fn view(stored: &StoredTask, today: Day, holders: &HashMap<AccountId, Colleague>) -> TaskView {
    let task = &stored.task;
    let name = |field: &str| task.names.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
    let holder = task.holder.map(|account| HolderView {
        account: account.to_string(),
        name: holders.get(&account).map(|colleague| colleague.name.clone()).unwrap_or_default(),
    });
    TaskView {
        id: stored.id.to_string(),
        version: stored.version.0,
        source: task.source.to_string(),
        record: task.record.to_string(),
        what: task.what.clone(),
        waits_for: task.waits_for.name(),
        since: task.since.to_string(),
        due_on: task.due_on.to_string(),
        overdue: task.is_overdue(today),
        open: task.is_open,
        holder,
        cooperative: task.cooperative.map(|id| id.to_string()),
        name_ar: name("name_ar"),
        name_fr: name("name_fr"),
        province: task.province.map(|province| province.to_string()),
    }
}
