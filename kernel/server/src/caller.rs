//! Who is asking: a browser with its session, a program with its token, or the public.
//!
//! The extractor is safe by default. A request that changes something and carries a session must prove that it comes
//! from a page of this site: the API by the `x-csrf-token` header, forms by their hidden field (`form.rs`, which uses
//! [`Visitor::of_form`]). A token travels in the `Authorization` header alone, so it needs no such proof.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Method, header};
use tiwizi_identity::{Caller, Role, SessionView};

use crate::app::App;
use crate::cookie;
use crate::edge;
use crate::problem::{Fault, Problem};

/// The header that carries the session's csrf value.
const CSRF: &str = "x-csrf-token";

/// What may be done before the first password is replaced.
const OPEN_BEFORE_NEW_PASSWORD: [&str; 2] = ["/api/v1/session", "/api/v1/session/password"];

/// The one who asks.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    caller: Caller,
    session: Option<Arc<VisitorSession>>,
}

/// A browser's session.
#[derive(Debug)]
pub(crate) struct VisitorSession {
    secret: String,
    view: SessionView,
}

impl VisitorSession {
    /// The value that forms and scripts of this session send back.
    #[must_use]
    pub(crate) fn csrf(&self) -> &str {
        self.view.csrf()
    }

    /// What the session is known by.
    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }

    /// Whether the first password must be replaced.
    #[must_use]
    pub(crate) fn must_change(&self) -> bool {
        self.view.must_change
    }
}

impl Visitor {
    /// A caller that the author's tools have made.
    pub(crate) fn inside(caller: Caller) -> Self {
        Self { caller, session: None }
    }

    /// Nobody in particular.
    pub(crate) fn public() -> Self {
        Self { caller: Caller::public(), session: None }
    }

    /// Whom policy asks about.
    #[must_use]
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The browser's session, if the visitor came with one.
    #[must_use]
    pub(crate) fn session(&self) -> Option<&VisitorSession> {
        self.session.as_deref()
    }

    /// The caller, when somebody is signed in.
    ///
    /// # Errors
    /// When nobody is.
    pub(crate) fn signed_in(&self) -> Result<&Caller, Problem> {
        if self.caller.is_public() { Err(Fault::NotSignedIn.into()) } else { Ok(&self.caller) }
    }

    /// The visitor of a form: its csrf field, which the form extractor read, stands for the header.
    pub(crate) async fn of_form(app: &App, parts: &Parts, csrf: Option<&str>) -> Result<Self, Problem> {
        refuse_other_sites(&parts.headers)?;
        let visitor = Self::recognise(app, parts).await?;
        visitor.prove(csrf.or_else(|| text(&parts.headers, CSRF)))?;
        Ok(visitor)
    }

    /// Finds out who it is, and proves nothing about where the request comes from.
    pub(crate) async fn recognise(app: &App, parts: &Parts) -> Result<Self, Problem> {
        match parts.extensions.get::<Self>() {
            Some(known) => Ok(known.clone()),
            None => Self::recognise_again(app, &parts.headers, parts.uri.path()).await,
        }
    }

    /// The same, from the credentials alone: an answer that goes on for long asks now and then.
    pub(crate) async fn recognise_again(app: &App, headers: &HeaderMap, path: &str) -> Result<Self, Problem> {
        if let Some(authorization) = text(headers, header::AUTHORIZATION.as_str()) {
            return Self::of_token(app, authorization).await;
        }
        let Some(secret) = cookie::find(headers, cookie::SESSION) else {
            return Ok(Self::public());
        };
        match app.identity.caller_of_session(secret).await? {
            Some((caller, view)) => {
                let session = VisitorSession { secret: secret.to_owned(), view };
                Ok(Self { caller, session: Some(Arc::new(session)) })
            }
            // A program must know that its session is over; a person sees the page as the public does.
            None if edge::is_for_programs(path) => Err(Fault::Credential.into()),
            None => Ok(Self::public()),
        }
    }

    async fn of_token(app: &App, authorization: &str) -> Result<Self, Problem> {
        let (scheme, token) = authorization.split_once(' ').ok_or(Fault::Credential)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Fault::Credential.into());
        }
        let caller = app.identity.caller_of_token(token.trim()).await?.ok_or(Fault::Credential)?;
        Ok(Self { caller, session: None })
    }

    fn prove(&self, given: Option<&str>) -> Result<(), Problem> {
        let Some(session) = &self.session else { return Ok(()) };
        let same = given.is_some_and(|given| session.view.csrf_matches(given));
        if same { Ok(()) } else { Err(Fault::Csrf.into()) }
    }
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let visitor = if is_safe(&parts.method) {
            Self::recognise(app, parts).await?
        } else {
            Self::of_form(app, parts, None).await?
        };
        let path = parts.uri.path();
        let must_change = visitor.session().is_some_and(VisitorSession::must_change);
        if must_change && path.starts_with("/api/") && !OPEN_BEFORE_NEW_PASSWORD.contains(&path) {
            return Err(Fault::MustChangePassword.into());
        }
        parts.extensions.insert(visitor.clone());
        Ok(visitor)
    }
}

/// A visitor who is an administrator of the instance. Only this extractor makes one.
#[derive(Debug, Clone)]
pub(crate) struct Administrator(Visitor);

impl Administrator {
    /// Who it is.
    #[must_use]
    pub(crate) fn caller(&self) -> &Caller {
        &self.0.caller
    }
}

impl FromRequestParts<Arc<App>> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        if visitor.signed_in()?.holds(Role::Administrator) { Ok(Self(visitor)) } else { Err(Fault::Forbidden.into()) }
    }
}

/// Whether a method changes nothing.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses what a browser sends from a page of another site. Programs send neither header.
pub(crate) fn refuse_other_sites(headers: &HeaderMap) -> Result<(), Problem> {
    if text(headers, "sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site") {
        return Err(Fault::Csrf.into());
    }
    let Some(origin) = text(headers, header::ORIGIN.as_str()) else { return Ok(()) };
    let host = text(headers, header::HOST.as_str());
    let origin_host = origin.split_once("://").map(|(_, host)| host);
    if origin_host.is_some() && origin_host == host { Ok(()) } else { Err(Fault::Csrf.into()) }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&'static str, &str)]) -> Result<(), Fault> {
        let headers: HeaderMap =
            pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap())).collect();
        refuse_other_sites(&headers).map_err(|problem| problem.fault())
    }

    #[test]
    fn a_request_from_another_site_is_refused() {
        assert_eq!(from(&[]), Ok(()));
        assert_eq!(from(&[("origin", "http://a.test:7000"), ("host", "a.test:7000")]), Ok(()));
        assert_eq!(from(&[("origin", "http://evil.test"), ("host", "a.test")]), Err(Fault::Csrf));
        assert_eq!(from(&[("origin", "null"), ("host", "a.test")]), Err(Fault::Csrf));
        assert_eq!(from(&[("origin", "http://a.test")]), Err(Fault::Csrf));
        assert_eq!(from(&[("sec-fetch-site", "cross-site"), ("host", "a.test")]), Err(Fault::Csrf));
        assert_eq!(from(&[("sec-fetch-site", "same-origin"), ("host", "a.test")]), Ok(()));
    }
}
