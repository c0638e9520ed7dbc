//! Whether the process lives, and whether it can serve. Neither says anything about what is inside.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tiwizi_storage::{StorageError, instance};
use utoipa::ToSchema;

use crate::app::App;
use crate::json;
use crate::problem::{Fault, Problem, ProblemBody};

/// How it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `live` or `ready`.
    status: &'static str,
}

/// The process answers.
#[utoipa::path(get, path = "/health/live", tag = "operations", responses((status = 200, body = Health)))]
pub(crate) async fn live() -> Result<Response, Problem> {
    json::ok(&Health { status: "live" })
}

/// The database answers, and no stop was asked for.
#[utoipa::path(get, path = "/health/ready", tag = "operations",
    responses((status = 200, body = Health), (status = 503, body = ProblemBody)))]
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    if app.tasks.closing().is_asked() {
        return Err(Problem::from(Fault::Unavailable).saying("the instance is stopping"));
    }
    let answered = async { instance::find(&mut *app.db.read_single().await?).await };
    answered.await.map_err(|error: StorageError| Problem::from(Fault::Unavailable).because(error))?;
    json::ok(&Health { status: "ready" })
}
