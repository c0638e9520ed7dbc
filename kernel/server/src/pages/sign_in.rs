//! Signing in and out. The answer to a wrong address and to a wrong password is the same.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use minijinja::context;
use tiwizi_identity::{NewSession, SignInError};

use super::visit::{Asked, Visit, with_status};
use crate::app::App;
use crate::caller::Visitor;
use crate::cookie;
use crate::form::Posted;
use crate::problem::Problem;

/// `GET /{language}/sign-in`
pub(super) async fn show(State(app): State<Arc<App>>, asked: Asked, visitor: Visitor) -> Result<Response, Problem> {
    let parameters = asked.parameters()?;
    let next = parameters.iter().find(|(name, _)| name == "next").map(|(_, value)| value.as_str());
    let next = local(next.unwrap_or_default()).to_owned();
    let visit = asked.by(&app, visitor).await;
    if !visit.visitor.caller().is_public() {
        return Ok(visit.go(if visit.must_change() { "/password" } else { &next }));
    }
    form(&app, &visit, &next, "", None)
}

/// `POST /{language}/sign-in`
pub(super) async fn sign_in(State(app): State<Arc<App>>, asked: Asked, posted: Posted) -> Result<Response, Problem> {
    let field = |name: &str| posted.field(name).unwrap_or_default();
    let next = local(field("next")).to_owned();
    let visit = asked.at("/sign-in").by(&app, posted.visitor.clone()).await;
    match app.identity.sign_in(field("email"), field("password")).await {
        Ok(session) => {
            let path = if session.must_change { "/password" } else { &next };
            Ok(with_session(visit.go(path), &session))
        }
        Err(SignInError::Refused) => {
            let page = form(&app, &visit, &next, field("email"), Some("sign-in-wrong"))?;
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, page))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /{language}/sign-out`
pub(super) async fn sign_out(State(app): State<Arc<App>>, asked: Asked, posted: Posted) -> Result<Response, Problem> {
    if let Some(session) = posted.visitor.session() {
        app.identity.sign_out(session.secret()).await?;
    }
    let mut response = asked.by(&app, posted.visitor).await.go("/");
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, cookie::end_of_session());
    headers.insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"storage\""));
    Ok(response)
}

/// The answer with the cookie of a new session.
pub(super) fn with_session(mut response: Response, session: &NewSession) -> Response {
    if let Some(value) = cookie::of_session(session.cookie_secret.reveal()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn form(app: &App, visit: &Visit, next: &str, email: &str, wrong: Option<&str>) -> Result<Response, Problem> {
    let title = visit.texts(app).text("sign-in");
    visit.page(app, "sign-in.html", &title, context! { next, email, wrong })
}

/// A path of this site after the language, or the home page: nobody is sent elsewhere after signing in.
fn local(next: &str) -> &str {
    let is_path = next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'"');
    if is_path { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn after_signing_in_one_stays_on_this_site() {
        assert_eq!(local("/console/plugins?done=x"), "/console/plugins?done=x");
        for next in ["", "https://evil.test", "//evil.test", "/\\evil.test", "/a\r\nb", "/a b"] {
            assert_eq!(local(next), "/", "{next:?}");
        }
    }
}
