//! What plugins, and the instance itself, told one's own account.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};
use serde::Serialize;
use tiwizi_model::{Language, limits};
use tiwizi_storage::notice::NoticeRow;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::caller::Visitor;
use crate::parameters::Parameters;
use crate::problem::{Fault, Problem, ProblemBody};
use crate::time::rfc3339;
use crate::{json, language, notice};

/// A notice.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticeView {
    /// Its id.
    id: String,
    /// The plugin that sent it; null for the instance itself.
    plugin: Option<String>,
    /// What it says, in the language that is asked for; null when its plugin is gone.
    text: Option<String>,
    /// The address to which it leads, in that language.
    link: Option<String>,
    /// When it was sent.
    created: String,
    /// When it was read first.
    read: Option<String>,
}

/// A page of notices, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticesView {
    items: Vec<NoticeView>,
    /// The cursor of the next page.
    next: Option<String>,
    /// How many are not read.
    unread: i64,
}

/// Lists one's own notices, the newest first.
#[utoipa::path(get, path = "/api/v1/notices", tag = "identity",
    params(("language" = Option<String>, Query, description = "The tag of a language; the account's own without it"),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before")),
    responses((status = 200, body = NoticesView), (status = 401, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let account = visitor.signed_in()?.account().ok_or(Fault::NotSignedIn)?;
    let mut parameters = Parameters::of_query(uri.query())?;
    let language: Option<Language> = parameters.take_as("language", "the tag of a language")?;
    let after: Option<Uuid> = parameters.take_as("cursor", "the cursor of a page")?;
    parameters.finish()?;
    let language = language.unwrap_or_else(|| language::choose(visitor.caller().language(), &headers));
    let mut notices = app.identity.notices(account, after, limits::PAGE_ROWS_DEFAULT.saturating_add(1)).await?;
    let rows_max = usize::try_from(limits::PAGE_ROWS_DEFAULT).unwrap_or_default();
    let more = notices.len() > rows_max;
    notices.truncate(rows_max);
    json::ok(&NoticesView {
        next: notices.last().filter(|_| more).map(|notice| notice.id.to_string()),
        items: notices.iter().map(|notice| view(&app, language, notice)).collect(),
        unread: app.identity.unread_notices(account).await?,
    })
}

fn view(app: &App, language: Language, notice: &NoticeRow) -> NoticeView {
    NoticeView {
        id: notice.id.to_string(),
        plugin: notice.plugin.as_ref().map(ToString::to_string),
        text: notice::text(app, language, notice),
        link: notice::path(notice).map(|path| format!("/{language}{path}")),
        created: rfc3339(notice.created_at),
        read: notice.read_at.map(rfc3339),
    }
}
