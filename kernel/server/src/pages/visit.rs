//! A visit: who asks for which page, in which language and script; and the answer that remembers the choice.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use minijinja::Value;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tiwizi_host::Edition;
use tiwizi_identity::Role;
use tiwizi_identity::policy::may_see_federation;
use tiwizi_model::{AccountId, Language};
use tiwizi_words::Texts;

use super::engine::RenderError;
use super::look::{Look, MenuEntry, Script, Viewer};
use super::said::said;
use crate::app::App;
use crate::caller::{Visitor, VisitorSession};
use crate::edge::RequestId;
use crate::parameters::decode_pairs;
use crate::problem::{Fault, Problem};
use crate::{cookie, language, later};

/// The cookie that remembers the letters of Amazigh pages.
const SCRIPT_COOKIE: &str = "tiwizi-script";
/// How long a choice is remembered: a year.
const REMEMBERED_S: u32 = 31_536_000;

/// What is asked for, before it is known who asks.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) language: Language,
    /// After the language.
    path: String,
    query: String,
    script: Script,
    /// Choices that the browser does not know yet.
    cookies: Vec<String>,
    request_id: Arc<str>,
}

impl Asked {
    /// Reads the language from the address, the script from the query or the cookie.
    pub(crate) fn of(language: Language, path: &str, query: &str, headers: &HeaderMap) -> Self {
        let mut cookies = Vec::new();
        if cookie::find(headers, language::COOKIE) != Some(language.tag()) {
            cookies.push(remember(language::COOKIE, language.tag()));
        }
        let known = cookie::find(headers, SCRIPT_COOKIE).and_then(Script::named);
        let chosen = query.split('&').find_map(|pair| pair.strip_prefix("script=")).and_then(Script::named);
        if let Some(script) = chosen
            && known != Some(script)
        {
            cookies.push(remember(SCRIPT_COOKIE, script.name()));
        }
        let script = chosen.or(known).unwrap_or_default();
        Self { language, path: path.to_owned(), query: query.to_owned(), script, cookies, request_id: "".into() }
    }

    /// The parameters of the address.
    pub(crate) fn parameters(&self) -> Result<Vec<(String, String)>, Problem> {
        decode_pairs(&self.query)
    }

    /// A page that answers a form belongs to the address of the form's page.
    pub(crate) fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self.query.clear();
        self
    }

    /// The visit of somebody.
    pub(crate) async fn by(self, app: &App, visitor: Visitor) -> Visit {
        let caller = visitor.caller();
        let viewer = match caller.account() {
            None => None,
            Some(account) => Some(Viewer {
                account: account.to_string(),
                later: later::new_key(account, &app.ambient),
                name: caller.name().unwrap_or_default().to_owned(),
                csrf: visitor.session().map(VisitorSession::csrf).unwrap_or_default().to_owned(),
                is_administrator: caller.holds(Role::Administrator),
                unread: unread(app, account).await,
            }),
        };
        let mut look = Look {
            language: self.language,
            script: self.script,
            path: self.path,
            query: self.query,
            viewer,
            is_demonstration: app.protection.is_demonstration(),
            menu: Vec::new(),
        };
        look.menu = menu(&app.host.in_use(), &look);
        let works = works(&visitor, &app.pages.engine.texts(&look));
        look.menu.extend(works);
        Visit { look, visitor, cookies: self.cookies, request_id: self.request_id }
    }
}

impl FromRequestParts<Arc<App>> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        let path = parts.uri.path();
        let language = language::of_address(path).ok_or(Fault::NotFound)?;
        let rest = path.get(language.tag().len().saturating_add(1)..).filter(|rest| !rest.is_empty()).unwrap_or("/");
        let request_id = parts.extensions.get::<RequestId>().map_or("", RequestId::as_str).into();
        let asked = Self::of(language, rest, parts.uri.query().unwrap_or_default(), &parts.headers);
        Ok(Self { request_id, ..asked })
    }
}

/// How many notices wait. A page is shown also when nobody can say.
async fn unread(app: &App, account: AccountId) -> i64 {
    app.identity.unread_notices(account).await.unwrap_or_else(|error| {
        tracing::error!(%error, "could not count the notices of an account");
        0
    })
}

fn remember(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age={REMEMBERED_S}; SameSite=Lax")
}

/// The entries that plugins have in the menu.
fn menu(plugins: &[Edition], look: &Look) -> Vec<MenuEntry> {
    let entries = plugins.iter().flat_map(|plugin| plugin.menu().map(move |route| (plugin.plugin(), route)));
    entries
        .map(|(plugin, route)| MenuEntry {
            title: said(look, &route.title),
            path: format!("/p/{plugin}{}", route.path.trim_end_matches('/')),
        })
        .collect()
}

/// What the register has for those who work in it: the office, the other instances, and the filings of their own cooperatives.
fn works(visitor: &Visitor, texts: &Texts) -> Vec<MenuEntry> {
    let caller = visitor.caller();
    let entry = |key: &str, path: &str| MenuEntry { title: texts.text(key).into(), path: path.to_owned() };
    let office = (caller.holds(Role::Registrar) || caller.holds(Role::Observer)).then(|| entry("office", "/office"));
    let own = caller.holds(Role::Officer).then(|| entry("filings", "/filings"));
    let others = may_see_federation(caller).is_ok().then(|| entry("federation", "/federation"));
    office.into_iter().chain(others).chain(own).collect()
}

/// One visit of one page.
pub(crate) struct Visit {
    pub(crate) look: Look,
    pub(crate) visitor: Visitor,
    /// The id that also stands in the log.
    pub(crate) request_id: Arc<str>,
    cookies: Vec<String>,
}

impl Visit {
    /// The kernel's texts in the page's language.
    pub(crate) fn texts(&self, app: &App) -> Texts {
        app.pages.engine.texts(&self.look)
    }

    /// Renders one of the kernel's templates and answers with it.
    pub(crate) fn page(&self, app: &App, template: &str, title: &str, data: Value) -> Result<Response, Problem> {
        let html = app.pages.engine.page(&self.look, template, title, data)?;
        Ok(self.answer(html))
    }

    /// The answer with a page. A public page may be kept for going back, and is asked for again otherwise.
    pub(crate) fn answer(&self, html: String) -> Response {
        let mut response = Html(html).into_response();
        let headers = response.headers_mut();
        if self.look.viewer.is_none() {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        }
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.look.language.tag()));
        headers.insert(header::VARY, HeaderValue::from_static("cookie"));
        self.remember(response)
    }

    /// Sends the browser on to a path of this page's language.
    pub(crate) fn go(&self, path: &str) -> Response {
        self.remember(Redirect::to(&self.look.address(path)).into_response())
    }

    fn remember(&self, mut response: Response) -> Response {
        for text in &self.cookies {
            if let Ok(value) = HeaderValue::from_str(text) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        response
    }

    /// Whether the first password must be replaced before anything else.
    pub(crate) fn must_change(&self) -> bool {
        self.visitor.session().is_some_and(VisitorSession::must_change)
    }
}

/// A visit of a page that everybody may see.
impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let asked = Asked::from_request_parts(parts, app).await?;
        let visitor = Visitor::from_request_parts(parts, app).await?;
        Ok(asked.by(app, visitor).await)
    }
}

/// A visit of somebody who is signed in and has a password of their own. Others are sent where they can get there.
pub(crate) struct SignedIn(pub(crate) Visit);

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        if visit.visitor.caller().is_public() {
            let (path, query) = (&visit.look.path, &visit.look.query);
            let here = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
            let next = utf8_percent_encode(&here, NON_ALPHANUMERIC);
            return Err(visit.go(&format!("/sign-in?next={next}")));
        }
        if visit.must_change() {
            return Err(visit.go("/password"));
        }
        Ok(Self(visit))
    }
}

/// A status for a page that is not all well: a form that must be filled in again.
pub(crate) fn with_status(status: StatusCode, mut response: Response) -> Response {
    *response.status_mut() = status;
    response
}

impl From<RenderError> for Problem {
    fn from(error: RenderError) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str, cookies: &str) -> Asked {
        let headers: HeaderMap = [(header::COOKIE, cookies.parse().unwrap())].into_iter().collect();
        Asked::of(Language::Tachelhit, "/directory", query, &headers)
    }

    #[test]
    fn a_choice_is_remembered_once() {
        assert_eq!(asked("", "").cookies, ["tiwizi-language=shi; Path=/; Max-Age=31536000; SameSite=Lax"]);
        assert!(asked("", "tiwizi-language=shi").cookies.is_empty());
        assert_eq!(asked("q=a&script=latn", "tiwizi-language=shi").cookies.len(), 1);
        assert!(asked("script=latn", "tiwizi-language=shi; tiwizi-script=latn").cookies.is_empty());
    }

    #[test]
    fn the_address_wins_over_the_cookie_and_nonsense_counts_for_nothing() {
        assert_eq!(asked("script=tfng", "tiwizi-script=latn").script, Script::Tifinagh);
        assert_eq!(asked("", "tiwizi-script=latn").script, Script::Latin);
        assert_eq!(asked("script=<b>", "").script, Script::Tifinagh);
    }
}
