//! Founders in the browser: invited with a link that is shown once, joined by it, taken out.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderValue, header};
use minijinja::context;
use tiwizi_model::RecordId;
use tiwizi_registry::founding::{FoundingError, Invitation, Invited};

use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{HOME, caller, id_of, path, sent, show};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// `POST /{language}/founding/{id}/invite`: the answer shows the link, once.
pub(super) async fn invite(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id_of(&id)?;
    let visit = sent(&app, asked.at(&path(id)), &posted).await?;
    let text = |name: &str| posted.field(name).map(str::to_owned);
    let new = Invitation { name: text("name").unwrap_or_default(), email: text("email"), phone: text("phone") };
    let (faults, wrong) = match app.foundings.invite(caller(&visit), id, new).await {
        Ok(invited) => return with_link(&app, &visit, id, &invited).await,
        Err(FoundingError::Invalid { fields }) => (fields, None),
        Err(FoundingError::Taken) => (Vec::new(), Some("founding-taken")),
        Err(FoundingError::TooMany) => (Vec::new(), Some("founding-too-many")),
        Err(error) => return Err(error.into()),
    };
    let seen = app.foundings.look(caller(&visit), id).await?;
    let said = show::Said { faults: &faults, wrong, typed: Some(&posted.fields), ..show::Said::default() };
    let page = show::page(&app, &visit, &seen, &said).await?;
    Ok(with_status(Fault::Invalid.status(), page))
}

/// `POST /{language}/founding/{id}/founders/{founder}/invite`: a new link in the place of one that was lost.
pub(super) async fn invite_again(
    State(app): State<Arc<App>>,
    Path((_, id, founder)): Path<(String, String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let (id, founder) = (id_of(&id)?, id_of(&founder)?);
    let visit = sent(&app, asked.at(&path(id)), &posted).await?;
    let invited = app.foundings.invite_again(caller(&visit), id, founder).await?;
    with_link(&app, &visit, id, &invited).await
}

/// The page of the file with the link to hand on. No cache keeps it.
async fn with_link(app: &App, visit: &Visit, id: RecordId, invited: &Invited) -> Result<Response, Problem> {
    let seen = app.foundings.look(caller(visit), id).await?;
    let seat = seen.seats.iter().find(|seat| seat.id == invited.founder);
    let way = visit.look.address(&format!("{HOME}/join/{}", invited.secret.reveal()));
    // Without a public address the link is the way alone, behind the address that the browser shows.
    let link = format!("{}{way}", app.settings.address.as_deref().unwrap_or_default().trim_end_matches('/'));
    let said = show::Said { link: seat.map(|seat| (link, seat)), ..show::Said::default() };
    let mut response = show::page(app, visit, &seen, &said).await?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `POST /{language}/founding/{id}/founders/{founder}/remove`
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Path((_, id, founder)): Path<(String, String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let (id, founder) = (id_of(&id)?, id_of(&founder)?);
    let visit = sent(&app, asked.at(&path(id)), &posted).await?;
    app.foundings.remove(caller(&visit), id, founder).await?;
    // Who left does not see the file any more.
    let is_there = app.foundings.look(caller(&visit), id).await.is_ok();
    let home = if is_there { path(id) } else { HOME.to_owned() };
    Ok(visit.go(&format!("{home}?done=founding-removed")))
}

/// `GET /{language}/founding/join/{token}`: to what the link invites.
pub(super) async fn offer(
    State(app): State<Arc<App>>,
    Path((_, token)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let texts = visit.texts(&app);
    let (offer, wrong) = match app.foundings.offer(&token).await {
        Ok(offer) => (Some(offer), None),
        Err(FoundingError::Invitation) => (None, Some("founding-invitation-gone")),
        Err(error) => return Err(error.into()),
    };
    let data = context! {
        name => offer.as_ref().and_then(|offer| offer.name.clone()),
        opener => offer.as_ref().and_then(|offer| offer.opener.clone()),
        action => offer.is_some().then(|| visit.look.address(&format!("{HOME}/join/{token}"))),
        list => visit.look.address(HOME),
        wrong,
    };
    let mut response = visit.page(&app, "founding/join.html", &texts.text("founding-invitation"), data)?;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The secret goes to no other site; on this one a form still says where it comes from.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    Ok(response)
}

/// `POST /{language}/founding/join/{token}`
pub(super) async fn join(
    State(app): State<Arc<App>>,
    Path((_, token)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = sent(&app, asked.at(HOME), &posted).await?;
    let joined = app.foundings.join(caller(&visit), &token).await;
    after_joining(&app, &visit, joined)
}

/// The file that was joined, or why it was not.
fn after_joining(app: &App, visit: &Visit, joined: Result<RecordId, FoundingError>) -> Result<Response, Problem> {
    let wrong = match joined {
        Ok(id) => return Ok(visit.go(&format!("{}?done=founding-joined", path(id)))),
        Err(FoundingError::Invitation) => "founding-invitation-gone",
        Err(FoundingError::Taken) => "founding-taken",
        Err(FoundingError::TooMany) => "founding-too-many",
        Err(error) => return Err(error.into()),
    };
    let data = context! {
        name => None::<String>,
        opener => None::<String>,
        action => None::<String>,
        list => visit.look.address(HOME),
        wrong => Some(wrong),
    };
    let title = visit.texts(app).text("founding-invitation");
    let page = visit.page(app, "founding/join.html", &title, data)?;
    Ok(with_status(Fault::Conflict.status(), page))
}

/// `POST /{language}/founding/{id}/take-part`: by an account that was invited itself.
pub(super) async fn join_as_invited(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = id_of(&id)?;
    let visit = sent(&app, asked.at(&path(id)), &posted).await?;
    let joined = app.foundings.join_as_invited(caller(&visit), id).await;
    after_joining(&app, &visit, joined)
}
