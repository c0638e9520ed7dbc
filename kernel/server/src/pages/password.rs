//! Changing one's password. The first one, which an administrator gave, must be changed before anything else.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use minijinja::context;
use tiwizi_identity::AccountError;

use super::sign_in::with_session;
use super::visit::{Asked, Visit, with_status};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// `GET /{language}/password`
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Problem> {
    if visit.visitor.caller().is_public() {
        return Ok(visit.go("/sign-in?next=%2Fpassword"));
    }
    form(&app, &visit, None)
}

/// `POST /{language}/password`. Every session of the account ends; the answer opens a new one.
pub(super) async fn change(State(app): State<Arc<App>>, asked: Asked, posted: Posted) -> Result<Response, Problem> {
    let field = |name: &str| posted.field(name).unwrap_or_default();
    let visit = asked.at("/password").by(&app, posted.visitor.clone()).await;
    let account = visit.visitor.signed_in()?.account().ok_or(Fault::NotSignedIn)?;
    if field("new") != field("again") {
        return wrong(&app, &visit, "password-differs");
    }
    match app.identity.change_password(account, field("current"), field("new")).await {
        Ok(session) => Ok(with_session(visit.go("/account?done=password-changed"), &session)),
        Err(AccountError::WrongPassword) => wrong(&app, &visit, "password-wrong"),
        Err(AccountError::Password(_)) => wrong(&app, &visit, "password-refused"),
        Err(error) => Err(error.into()),
    }
}

fn wrong(app: &App, visit: &Visit, key: &str) -> Result<Response, Problem> {
    Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, form(app, visit, Some(key))?))
}

fn form(app: &App, visit: &Visit, wrong: Option<&str>) -> Result<Response, Problem> {
    let title = visit.texts(app).text("password-change");
    visit.page(app, "password.html", &title, context! { wrong, must_change => visit.must_change() })
}
