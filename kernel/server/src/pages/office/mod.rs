//! The office: the inbox of what waits, narrowed and in order; its print; one task, and who holds it.

mod asked;
mod list;
mod task;

use std::collections::HashMap;

use minijinja::{Value, context};
use tiwizi_identity::Colleague;
use tiwizi_model::AccountId;
use tiwizi_registry::day::Day;
use tiwizi_registry::office::{StoredTask, Task};
use tiwizi_words::Texts;

pub(super) use list::{print, show};
pub(super) use task::{send, show as show_task};

use super::register;
use super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;

const PATH: &str = "/office";

/// The names of those who hold some tasks, by account.
async fn holders(app: &App, tasks: &[StoredTask]) -> Result<HashMap<AccountId, Colleague>, Problem> {
    let found = app.office.holders(tasks.iter().map(|stored| &stored.task)).await?;
    Ok(found.into_iter().map(|colleague| (colleague.account, colleague)).collect())
}

/// A task as templates know it.
fn line(
    visit: &Visit,
    texts: &Texts,
    today: Day,
    stored: &StoredTask,
    holders: &HashMap<AccountId, Colleague>,
) -> Value {
    let task = &stored.task;
    let me = visit.visitor.caller().account();
    context! {
        id => stored.id.to_string(),
        seen => stored.version.0,
        href => visit.look.address(&format!("{PATH}/{}", stored.id)),
        what => what(texts, task),
        name => name(visit, task),
        place => place(visit, task),
        since => task.since.to_string(),
        due => task.due_on.to_string(),
        is_open => task.is_open,
        is_overdue => task.is_overdue(today),
        waits_for => task.waits_for.name(),
        holder => task.holder.map(|holder| holders.get(&holder).map_or("–", |colleague| colleague.name.as_str())),
        is_mine => task.holder.is_some() && task.holder == me,
    }
}

/// What is to be done, in words.
fn what(texts: &Texts, task: &Task) -> String {
    texts.text(&format!("task-{}", task.what))
}

/// The name of what it is about, in the page's language.
fn name(visit: &Visit, task: &Task) -> Option<Value> {
    let names = serde_json::Value::Object(task.names.clone());
    register::names(visit.look.language, &names).first().map(register::Name::value)
}

fn place(visit: &Visit, task: &Task) -> Option<&'static str> {
    register::province(visit.look.language, &task.province?.to_string())
}
