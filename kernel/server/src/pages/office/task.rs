//! One task: what waits, where it is done, and who holds it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_model::{AccountId, RecordId, Version};
use tiwizi_registry::day::Day;
use tiwizi_registry::office::{OfficeError, StoredTask, Task};

use super::super::console::done;
use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{PATH, holders, line};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// Where the records of a kind are worked on, after the language; the id of the record follows. Others are shown among the records.
const PLACES: [(&str, &str); 5] = [
    ("registry/case", "/federation/cases/"),
    ("registry/duplicate", "/register/duplicates/"),
    ("registry/founding", "/founding/"),
    ("registry/proposal", "/federation/proposals/"),
    ("registry/subject-request", "/register/requests/"),
];

/// `GET /{language}/office/{task}`
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let stored = app.office.shown(visit.visitor.caller(), id_of(&id)?).await?;
    page(&app, &visit, &stored, None).await
}

/// `POST /{language}/office/{task}`: takes it, hands it back, or gives it to a colleague.
pub(crate) async fn send(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id_of(&id)?;
    let visit = asked.by(&app, posted.visitor.clone()).await;
    let caller = visit.visitor.signed_in()?;
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    let seen = posted.field("seen").and_then(|text| text.parse().ok()).map(Version);
    let outcome = match posted.field("step") {
        Some("take") => app.office.take(caller, id, seen).await.map(|()| "task-taken"),
        Some("hand-back") => app.office.hand_back(caller, id, seen).await.map(|()| "task-handed-back"),
        Some("assign") => {
            let to: Option<AccountId> = posted.field("account").and_then(|text| text.parse().ok());
            match to {
                Some(to) => app.office.assign(caller, id, seen, to).await.map(|()| "task-assigned"),
                None => Err(OfficeError::Stranger),
            }
        }
        _ => return Err(Problem::field("/step", "required", "the form does not say what is to be done")),
    };
    let (wrong, status) = match outcome {
        Ok(key) => return Ok(visit.go(&format!("{PATH}/{id}?done={key}"))),
        Err(OfficeError::Held) => ("task-wrong-held", Fault::Conflict),
        Err(OfficeError::Done) => ("task-wrong-done", Fault::Conflict),
        Err(OfficeError::Moved) => ("task-wrong-moved", Fault::Stale),
        Err(OfficeError::Stranger) => ("task-wrong-stranger", Fault::Invalid),
        Err(error) => return Err(error.into()),
    };
    // The task as it is now, with what stood in the way.
    let stored = app.office.shown(caller, id).await?;
    page(&app, &visit, &stored, Some(wrong)).await.map(|response| with_status(status.status(), response))
}

fn id_of(text: &str) -> Result<RecordId, Problem> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

async fn page(app: &App, visit: &Visit, stored: &StoredTask, wrong: Option<&str>) -> Result<Response, Problem> {
    let caller = visit.visitor.caller();
    let texts = visit.texts(app);
    let task = &stored.task;
    let may_work = task.is_open && app.office.may_work(caller, task);
    let holders = holders(app, std::slice::from_ref(stored)).await?;
    let data = context! {
        task => line(visit, &texts, Day::of(app.ambient.now()), stored, &holders),
        is_free => task.holder.is_none(),
        may_work,
        colleagues => if may_work { colleagues(app, task).await? } else { Vec::new() },
        work => work(app, visit, task).await?.map(|path| visit.look.address(&path)),
        cooperative => listed(app, task).map(|id| visit.look.address(&format!("/directory/{id}"))),
        history => visit.look.address(&format!("/records/registry/task/{}/history", stored.id)),
        action => visit.look.address(&format!("{PATH}/{}", stored.id)),
        list => visit.look.address(PATH),
        closed => task.closed_on.map(|day| day.to_string()),
        done => done(visit),
        wrong,
    };
    visit.page(app, "office/task.html", &super::what(&texts, task), data)
}

async fn colleagues(app: &App, task: &Task) -> Result<Vec<Value>, Problem> {
    let found = app.office.colleagues(task).await?.into_iter();
    let others = found.filter(|colleague| Some(colleague.account) != task.holder);
    Ok(others.map(|colleague| Value::from_iter([colleague.account.to_string(), colleague.name])).collect())
}

/// The cooperative that a task is about, where the directory has it: one that asks for a name is not in it yet.
fn listed(app: &App, task: &Task) -> Option<RecordId> {
    task.cooperative.filter(|_| task.source != app.pages.names.denomination)
}

/// Where the work is done, after the language; none when the record is not there for this reader.
async fn work(app: &App, visit: &Visit, task: &Task) -> Result<Option<String>, Problem> {
    let (source, record) = (task.source.as_str(), task.record);
    if task.source == app.pages.names.filing {
        let permit = app.records.may_read(visit.visitor.caller(), &task.source)?;
        let found = app.records.read(&permit, record).await?;
        let year = found.and_then(|record| record.body.get("year").and_then(serde_json::Value::as_u64));
        let of = task.cooperative.zip(year);
        return Ok(of.map(|(cooperative, year)| format!("/directory/{cooperative}/filings/{year}")));
    }
    // A name that was asked for by an act is answered by the next one.
    if task.source == app.pages.names.denomination {
        return Ok(task.cooperative.map(|cooperative| format!("/directory/{cooperative}/acts")));
    }
    let place = PLACES.into_iter().find(|(kind, _)| *kind == source);
    Ok(Some(place.map_or_else(|| format!("/records/{source}/{record}"), |(_, path)| format!("{path}{record}"))))
}
