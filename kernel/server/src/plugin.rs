//! The addresses of plugins: their pages in every language, their forms, their assets. A plugin sees neither cookies
//! nor credentials; what it answers is judged by the host and rendered here.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, Path, RawPathParams, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Uri, header};
use tiwizi_host::{Answer, Answered, Edition, Request as PluginRequest, SentFile};
use tiwizi_model::{Language, PluginId, limits};

use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::caller::Visitor;
use crate::edge::RequestId;
use crate::form::Posted;
use crate::idempotency;
use crate::json;
use crate::language;
use crate::pages::{self, PluginPage};
use crate::parameters::decode_pairs;
use crate::plugin_files;
use crate::problem::{Fault, Problem, ProblemBody, status_of};
use crate::stored::{self, Stored, StoredFile};

/// Headers that a plugin may see. The key is the caller's, or that of a form that may be sent later.
static SHOWN: [http::HeaderName; 3] = [header::ACCEPT, header::CONTENT_TYPE, idempotency::HEADER];

/// The place that a plugin's address names.
struct Place {
    language: Language,
    plugin: PluginId,
    /// Relative to the plugin, decoded.
    path: String,
}

impl Place {
    async fn of(app: &Arc<App>, parts: &mut Parts) -> Result<Self, Problem> {
        let parameters = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Fault::NotFound)?;
        let find = |name: &str| parameters.iter().find(|(found, _)| *found == name).map(|(_, value)| value);
        Ok(Self {
            language: find("language").unwrap_or_default().parse().map_err(|_| Fault::NotFound)?,
            plugin: find("plugin").unwrap_or_default().parse().map_err(|_| Fault::UnknownPlugin)?,
            path: format!("/{}", find("path").unwrap_or_default()),
        })
    }
}

/// Sends a reader on to the plugin's address in a language.
#[utoipa::path(get, path = "/p/{plugin}", tag = "plugins", params(("plugin" = String, Path, description = "The plugin")),
    responses((status = 303)))]
pub(crate) async fn redirect_root(visitor: Visitor, uri: Uri, headers: HeaderMap) -> Response {
    to_language(&visitor, &uri, &headers)
}

/// Sends a reader on to the plugin's address in a language.
#[utoipa::path(get, path = "/p/{plugin}/{path}", tag = "plugins",
    params(("plugin" = String, Path, description = "The plugin"), ("path" = String, Path, description = "An address of the plugin")),
    responses((status = 303)))]
pub(crate) async fn redirect(visitor: Visitor, uri: Uri, headers: HeaderMap) -> Response {
    to_language(&visitor, &uri, &headers)
}

fn to_language(visitor: &Visitor, uri: &Uri, headers: &HeaderMap) -> Response {
    let language = language::choose(visitor.caller().language(), headers);
    let address = uri.path_and_query().map_or("/", |address| address.as_str());
    let mut response = Redirect::to(&format!("/{language}{address}")).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("cookie, accept-language"));
    response
}

/// A page of a plugin, at its root.
#[utoipa::path(get, path = "/{language}/p/{plugin}", tag = "plugins",
    params(("language" = String, Path, description = "The tag of a language"), ("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, content_type = "text/html"), (status = 404, body = ProblemBody), (status = 502, body = ProblemBody), (status = 503, body = ProblemBody), (status = 504, body = ProblemBody)))]
pub(crate) async fn page_root(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    show(&app, request).await
}

/// A page of a plugin.
#[utoipa::path(get, path = "/{language}/p/{plugin}/{path}", tag = "plugins",
    params(("language" = String, Path, description = "The tag of a language"), ("plugin" = String, Path, description = "The plugin"), ("path" = String, Path, description = "An address of the plugin")),
    responses((status = 200, content_type = "text/html"), (status = 404, body = ProblemBody), (status = 502, body = ProblemBody), (status = 503, body = ProblemBody), (status = 504, body = ProblemBody)))]
pub(crate) async fn page(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    show(&app, request).await
}

/// A form that is sent to a plugin's root.
#[utoipa::path(post, path = "/{language}/p/{plugin}", tag = "plugins", request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    params(("language" = String, Path, description = "The tag of a language"), ("plugin" = String, Path, description = "The plugin")),
    responses((status = 200, content_type = "text/html"), (status = 303), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 502, body = ProblemBody)))]
pub(crate) async fn submit_root(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    submit_to(&app, request).await
}

/// A form, or JSON, that is sent to a plugin.
#[utoipa::path(post, path = "/{language}/p/{plugin}/{path}", tag = "plugins", request_body(content = Object, content_type = "application/x-www-form-urlencoded"),
    params(("language" = String, Path, description = "The tag of a language"), ("plugin" = String, Path, description = "The plugin"), ("path" = String, Path, description = "An address of the plugin")),
    responses((status = 200, content_type = "text/html"), (status = 303), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 502, body = ProblemBody)))]
pub(crate) async fn submit(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    submit_to(&app, request).await
}

async fn show(app: &Arc<App>, request: Request) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let place = Place::of(app, &mut parts).await?;
    let visitor = Visitor::from_request_parts(&mut parts, app).await?;
    refuse_unready(&visitor)?;
    let asked = plugin_request(&parts, &place, Sent::default())?;
    call(app, &parts, &visitor, place, asked).await
}

async fn submit_to(app: &Arc<App>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let place = Place::of(app, &mut parts).await?;
    let (visitor, sent) = read_sent(app, &mut parts, body, &place.plugin).await?;
    refuse_unready(&visitor)?;
    let asked = plugin_request(&parts, &place, sent)?;
    call(app, &parts, &visitor, place, asked).await
}

/// What a POST brings: a form, perhaps with files, or JSON for scripts of the plugin's page.
#[derive(Default)]
struct Sent {
    form: Vec<(String, String)>,
    files: Vec<SentFile>,
    body: Vec<u8>,
}

async fn read_sent(
    app: &Arc<App>,
    parts: &mut Parts,
    body: Body,
    plugin: &PluginId,
) -> Result<(Visitor, Sent), Problem> {
    if body::media_type(&parts.headers).as_deref() == Some("multipart/form-data") {
        let sent = plugin_files::read(app, parts, body, plugin).await?;
        return Ok((sent.visitor, Sent { form: sent.fields, files: sent.files, body: Vec::new() }));
    }
    if body::media_type(&parts.headers).as_deref() == Some("application/json") {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let bytes = body::read(&parts.headers, body, BodyLimit::NORMAL).await?;
        tiwizi_records::json::parse(&bytes, limits::BODY_BYTES_MAX)?;
        return Ok((visitor, Sent { body: bytes.to_vec(), ..Sent::default() }));
    }
    let posted = Posted::read(app, parts, body).await?;
    Ok((posted.visitor, Sent { form: posted.fields, ..Sent::default() }))
}

/// Nobody uses a plugin with the password of the first minute.
fn refuse_unready(visitor: &Visitor) -> Result<(), Problem> {
    match visitor.session() {
        Some(session) if session.must_change() => Err(Fault::MustChangePassword.into()),
        _ => Ok(()),
    }
}

fn plugin_request(parts: &Parts, place: &Place, sent: Sent) -> Result<PluginRequest, Problem> {
    let id = parts.extensions.get::<RequestId>().map_or("", RequestId::as_str);
    let shown = SHOWN.iter().filter_map(|name| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some((name.to_string(), value.to_owned()))
    });
    Ok(PluginRequest {
        id: id.into(),
        method: if parts.method == Method::POST { "POST" } else { "GET" }.to_owned(),
        path: place.path.clone(),
        query: decode_pairs(parts.uri.query().unwrap_or_default())?,
        headers: shown.collect(),
        language: place.language,
        body: sent.body,
        form: sent.form,
        files: sent.files,
    })
}

async fn call(
    app: &Arc<App>,
    parts: &Parts,
    visitor: &Visitor,
    place: Place,
    asked: PluginRequest,
) -> Result<Response, Problem> {
    let Answered { answer, edition } = app.host.call(&place.plugin, visitor.caller().clone(), asked).await?;
    match answer {
        Answer::Page { .. } => {
            let query = parts.uri.query().unwrap_or_default();
            let page = PluginPage {
                visitor,
                language: place.language,
                edition: &edition,
                path: &place.path,
                query,
                headers: &parts.headers,
            };
            Box::pin(pages::render_plugin(app, page, answer)).await
        }
        Answer::Json { status, body } => json::answer(status_of(status), &body),
        Answer::Redirect { location } => {
            let address = format!("/{}/p/{}{location}", place.language, place.plugin);
            Ok(Redirect::to(&address).into_response())
        }
        Answer::Asset { path } => send_asset(app, &parts.headers, &edition, &path, "no-cache").await,
        Answer::Problem { status, code, message, retryable, details } => {
            Err(Problem::of_plugin(status, code, message, retryable).lacking(&details))
        }
    }
}

/// A file of a plugin's bundle. Its address holds the version, so it never changes.
#[utoipa::path(get, path = "/p/{plugin}/assets/{version}/{path}", tag = "plugins",
    params(("plugin" = String, Path, description = "The plugin"), ("version" = String, Path, description = "The version of its bundle"), ("path" = String, Path, description = "The file below the bundle's `assets/`")),
    responses((status = 200), (status = 206), (status = 404, body = ProblemBody), (status = 416, body = ProblemBody)))]
pub(crate) async fn asset(
    State(app): State<Arc<App>>,
    Path((plugin, version, path)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let plugin: PluginId = plugin.parse().map_err(|_| Fault::UnknownPlugin)?;
    let edition = app.host.edition(&plugin).ok_or(Fault::UnknownPlugin)?;
    if edition.version() != version {
        return Err(Fault::NotFound.into());
    }
    send_asset(&app, &headers, &edition, &path, "public, max-age=31536000, immutable").await
}

async fn send_asset(
    app: &App,
    headers: &HeaderMap,
    edition: &Edition,
    path: &str,
    caching: &'static str,
) -> Result<Response, Problem> {
    let asset = edition.asset(path).ok_or(Fault::NotFound)?;
    let media_type = HeaderValue::from_static(asset.media_type);
    let file = StoredFile { hash: asset.hash, place: Stored::Shared, bytes: asset.bytes, media_type, caching };
    stored::send(&app.files, headers, file).await
}
