//! What plugins, and the instance itself, told the account, in the language of the page: to read, to put aside, and to bring back.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_model::{AccountId, limits};
use tiwizi_storage::notice::NoticeRow;
use tiwizi_words::Texts;
use uuid::Uuid;

use super::said::said;
use super::visit::{Asked, SignedIn, Visit};
use crate::app::App;
use crate::form::Posted;
use crate::notice;
use crate::problem::{Fault, Problem};

const PATH: &str = "/account/notices";

/// `GET /{language}/account/notices`
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let account = account_of(&visit)?;
    let (after, deleted) = (given(&visit, "after="), given(&visit, "deleted="));
    let mut notices = app.identity.notices(account, after, limits::NOTICE_PAGE_ROWS.saturating_add(1)).await?;
    let rows_max = usize::try_from(limits::NOTICE_PAGE_ROWS).unwrap_or_default();
    let more = notices.len() > rows_max;
    notices.truncate(rows_max);
    let next = notices.last().filter(|_| more).map(|notice| visit.look.address(&format!("{PATH}?after={}", notice.id)));
    let texts = visit.texts(&app);
    let data = context! {
        notices => notices.iter().map(|notice| shown(&app, &visit, &texts, notice)).collect::<Vec<_>>(),
        next,
        first => after.map(|_| visit.look.address(PATH)),
        deleted => deleted.map(|id| id.to_string()),
    };
    visit.page(&app, "notices.html", &texts.text("notices"), data)
}

/// `POST /{language}/account/notices/read-all`
pub(super) async fn read_all(State(app): State<Arc<App>>, asked: Asked, posted: Posted) -> Result<Response, Problem> {
    let visit = asked.by(&app, posted.visitor).await;
    app.identity.read_all_notices(account_of(&visit)?).await?;
    Ok(visit.go(PATH))
}

/// `POST /{language}/account/notices/{notice}/open`: it is read, and the browser goes where it leads.
pub(super) async fn open(
    State(app): State<Arc<App>>,
    Path((_, notice)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = asked.by(&app, posted.visitor).await;
    let (account, id) = (account_of(&visit)?, id_of(&notice)?);
    let found = app.identity.notice(account, id).await?.ok_or(Fault::NotFound)?;
    app.identity.read_notice(account, id).await?;
    Ok(visit.go(&notice::path(&found).unwrap_or_else(|| PATH.to_owned())))
}

/// `POST /{language}/account/notices/{notice}/read`
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Path((_, notice)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = asked.by(&app, posted.visitor).await;
    let is_there = app.identity.read_notice(account_of(&visit)?, id_of(&notice)?).await?;
    if is_there { Ok(visit.go(PATH)) } else { Err(Fault::NotFound.into()) }
}

/// `POST /{language}/account/notices/{notice}/delete`: the next page offers to bring it back.
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path((_, notice)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = asked.by(&app, posted.visitor).await;
    let id = id_of(&notice)?;
    let is_there = app.identity.delete_notice(account_of(&visit)?, id).await?;
    if is_there { Ok(visit.go(&format!("{PATH}?deleted={id}"))) } else { Err(Fault::NotFound.into()) }
}

/// `POST /{language}/account/notices/{notice}/restore`
pub(super) async fn restore(
    State(app): State<Arc<App>>,
    Path((_, notice)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = asked.by(&app, posted.visitor).await;
    let is_there = app.identity.restore_notice(account_of(&visit)?, id_of(&notice)?).await?;
    if is_there { Ok(visit.go(PATH)) } else { Err(Fault::NotFound.into()) }
}

fn shown(app: &App, visit: &Visit, texts: &Texts, notice: &NoticeRow) -> Value {
    context! {
        id => notice.id.to_string(),
        text => notice::text(app, texts.language(), notice).unwrap_or_else(|| texts.text("notice-unreadable")),
        from => from(app, visit, notice),
        at => notice.created_at.0,
        read => notice.read_at.is_some(),
        leads => notice.link.is_some(),
    }
}

/// Who sent it: a plugin by its name, or the instance by its own.
fn from(app: &App, visit: &Visit, notice: &NoticeRow) -> Value {
    let Some(plugin) = &notice.plugin else { return app.instance.name.as_str().into() };
    app.host.plugin(plugin).map_or_else(|| plugin.to_string().into(), |plugin| said(&visit.look, &plugin.name))
}

fn given(visit: &Visit, name: &str) -> Option<Uuid> {
    let text = visit.look.query.split('&').find_map(|pair| pair.strip_prefix(name))?;
    Uuid::try_parse(text).ok()
}

fn id_of(text: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(text).map_err(|_| Fault::NotFound.into())
}

fn account_of(visit: &Visit) -> Result<AccountId, Problem> {
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    visit.visitor.signed_in()?.account().ok_or_else(|| Fault::NotSignedIn.into())
}
