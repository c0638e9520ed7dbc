//! Every address of the server, in one flat list. To know the API, read this file.
//!
//! The list is data: the OpenAPI document and the matrix of access are checked against it.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

use crate::api::{
    accounts, acts, agreements, batch, captures, cases, changes, coverage, exports, extracts, files, filings, founders,
    foundings, health, history, imports, jobs, journey, kinds, metrics, notices, office, packages, peers, people,
    plugin_life, plugin_settings, plugin_usage, plugins, proposals, protection, records, session, statistics, tokens,
    transfers, verify,
};
use crate::app::App;
use crate::problem::{Fault, Problem};
use crate::{blob, credentials, edge, fed, idempotency, open_data, openapi, pages, plugin};

/// One address for one method.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The address, with its parameters in braces.
    pub path: &'static str,
    handler: MethodRouter<Arc<App>>,
}

/// Every route but those of the pages, which `pages::routes` lists, and those for other instances, which `fed::routes` does.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut routes = of_the_kernel();
    routes.extend(of_the_register());
    routes.extend(of_the_exchange());
    routes.extend(of_the_federation());
    routes.extend(of_plugins());
    routes
}

fn of_the_register() -> Vec<Route> {
    vec![
        // The life of cooperatives.
        post("/api/v1/denominations", acts::request_denomination),
        get("/api/v1/cooperatives/{id}/acts", acts::list),
        post("/api/v1/cooperatives/{id}/acts", acts::enter),
        // The people of the register.
        post("/api/v1/persons/find", people::find),
        put("/api/v1/persons/{id}/national-id", people::set),
        delete("/api/v1/persons/{id}/national-id", people::forget),
        post("/api/v1/persons/{id}/national-id/looks", people::look),
        get("/api/v1/persons/{id}/national-id/looks", people::looks),
        get("/api/v1/unions/{id}", people::union),
        // The work of the office.
        get("/api/v1/office/tasks", office::list),
        put("/api/v1/office/tasks/{task}/holder", office::hold),
        delete("/api/v1/office/tasks/{task}/holder", office::hand_back),
        get("/api/v1/cooperatives/{id}/filings", filings::list),
        get("/api/v1/cooperatives/{id}/filings/{year}", filings::show),
        put("/api/v1/cooperatives/{id}/filings/{year}", filings::write),
        post("/api/v1/cooperatives/{id}/filings/{year}/decision", filings::decide),
        // Cooperatives that are being founded.
        get("/api/v1/foundings", foundings::mine),
        post("/api/v1/foundings", foundings::open),
        get("/api/v1/foundings/waiting", foundings::waiting),
        post("/api/v1/foundings/join", founders::join),
        get("/api/v1/foundings/{id}", foundings::show),
        patch("/api/v1/foundings/{id}", foundings::edit),
        post("/api/v1/foundings/{id}/join", founders::join_as_invited),
        post("/api/v1/foundings/{id}/steps", foundings::step),
        post("/api/v1/foundings/{id}/decisions", foundings::decide),
        post("/api/v1/foundings/{id}/founders", founders::invite),
        patch("/api/v1/foundings/{id}/founders/{founder}", founders::edit),
        delete("/api/v1/foundings/{id}/founders/{founder}", founders::remove),
        post("/api/v1/foundings/{id}/founders/{founder}/invitation", founders::invite_again),
        post("/api/v1/foundings/{id}/documents", founders::add_paper),
        get("/api/v1/foundings/{id}/documents/{hash}", founders::paper),
        delete("/api/v1/foundings/{id}/documents/{hash}", founders::remove_paper),
    ]
}

fn of_the_kernel() -> Vec<Route> {
    vec![
        // Operations.
        get("/health/live", health::live),
        get("/health/ready", health::ready),
        get("/metrics", metrics::show),
        get("/api/v1/openapi.json", openapi::show),
        // Signing in, and who may.
        post("/api/v1/session", session::create),
        get("/api/v1/session", session::show),
        delete("/api/v1/session", session::end),
        post("/api/v1/session/password", session::change_password),
        get("/api/v1/tokens", tokens::list),
        post("/api/v1/tokens", tokens::create),
        delete("/api/v1/tokens/{token}", tokens::revoke),
        get("/api/v1/accounts", accounts::list),
        post("/api/v1/accounts", accounts::create),
        post("/api/v1/accounts/{account}/grants", accounts::grant),
        delete("/api/v1/accounts/{account}/grants", accounts::revoke),
        put("/api/v1/accounts/{account}/disabled", accounts::disable),
        get("/api/v1/notices", notices::list),
        // Records.
        get("/api/v1/kinds", kinds::list),
        get("/api/v1/kinds/{namespace}/{kind}", kinds::show),
        get("/api/v1/records/{namespace}/{kind}", records::list),
        post("/api/v1/records/{namespace}/{kind}", records::create),
        get("/api/v1/records/{namespace}/{kind}/{id}", records::show),
        put("/api/v1/records/{namespace}/{kind}/{id}", records::replace),
        patch("/api/v1/records/{namespace}/{kind}/{id}", records::patch),
        delete("/api/v1/records/{namespace}/{kind}/{id}", records::delete),
        get("/api/v1/records/{namespace}/{kind}/{id}/history", history::list),
        post("/api/v1/batch", batch::write),
        get("/api/v1/changes", changes::read),
        get("/api/v1/statistics", statistics::overview),
        get("/api/v1/statistics/journey/{who}", journey::show),
        get("/api/v1/statistics/{measure}", statistics::show),
        get("/open-data/{file}", open_data::show),
        get("/open-data/statistics/{file}", open_data::statistics),
        post("/api/v1/files", files::store),
        get("/api/v1/files/{hash}", files::read),
        // Certified extracts; anybody who holds a print may verify it.
        post("/api/v1/cooperatives/{cooperative}/extracts", extracts::issue),
        get("/api/v1/cooperatives/{cooperative}/extracts/{file}", extracts::file),
        get("/api/v1/verify/{token}", verify::show),
        post("/api/v1/verify/{token}", verify::compare),
        // Data protection.
        get("/api/v1/protection", protection::show),
        post("/api/v1/protection/drafts", protection::draft),
        get("/api/v1/persons/{person}/dossier", protection::own_dossier),
        post("/api/v1/persons/{person}/requests", protection::ask),
        post("/api/v1/subject-requests/{request}/dossier", protection::dossier_for_request),
        post("/api/v1/subject-requests/{request}/answer", protection::answer),
        post("/api/v1/subject-requests/{request}/withdraw", protection::withdraw),
        get("/api/v1/retention", protection::retention),
        post("/api/v1/retention", protection::run),
    ]
}

/// The register in files: what comes in, and what goes out.
fn of_the_exchange() -> Vec<Route> {
    vec![
        post("/api/v1/imports", imports::send),
        get("/api/v1/imports", imports::list),
        get("/api/v1/imports/{import}", imports::show),
        delete("/api/v1/imports/{import}", imports::remove),
        post("/api/v1/imports/{import}/run", imports::run),
        post("/api/v1/imports/{import}/stop", imports::stop),
        post("/api/v1/imports/{import}/again", imports::again),
        get("/api/v1/imports/{import}/report", imports::report),
        post("/api/v1/exports", exports::export),
    ]
}

/// Other instances, and what is agreed on with them.
fn of_the_federation() -> Vec<Route> {
    vec![
        get("/api/v1/peers", peers::list),
        get("/api/v1/peers/{peer}", peers::show),
        post("/api/v1/peers/{peer}/switch", peers::switch),
        get("/api/v1/peers/{peer}/ledger", peers::ledger),
        get("/api/v1/agreements", agreements::list),
        post("/api/v1/agreements", agreements::offer),
        post("/api/v1/agreements/preview", agreements::preview),
        get("/api/v1/agreements/{agreement}", agreements::show),
        get("/api/v1/agreements/{agreement}/preview", agreements::preview_of),
        post("/api/v1/agreements/{agreement}/steps", agreements::step),
        // What the nation does for all, and what homes do with it.
        get("/api/v1/coverage", coverage::show),
        get("/api/v1/packages", packages::list),
        post("/api/v1/packages", packages::publish),
        get("/api/v1/packages/{package}/difference", packages::difference),
        put("/api/v1/packages/{package}/applied", packages::apply),
        get("/api/v1/packages/{package}/{version}", packages::show),
        get("/api/v1/cases", cases::list),
        get("/api/v1/cases/{case}", cases::show),
        put("/api/v1/cases/{case}/answer", cases::answer),
        get("/api/v1/national-cases", cases::list_all),
        get("/api/v1/national-cases/{case}", cases::show_one),
        get("/api/v1/proposals", proposals::list),
        post("/api/v1/proposals", proposals::propose),
        get("/api/v1/proposals/{proposal}", proposals::show),
        post("/api/v1/proposals/{proposal}/answer", proposals::answer),
        get("/api/v1/transfers", transfers::list),
        post("/api/v1/transfers", transfers::offer),
        get("/api/v1/transfers/{transfer}", transfers::show),
        get("/api/v1/transfers/{transfer}/parcel", transfers::parcel),
        post("/api/v1/transfers/{transfer}/accept", transfers::accept),
        post("/api/v1/transfers/{transfer}/seal", transfers::seal),
        post("/api/v1/transfers/{transfer}/void", transfers::void),
    ]
}

fn of_plugins() -> Vec<Route> {
    vec![
        // For administrators.
        get("/api/v1/plugins", plugins::list),
        post("/api/v1/plugins", plugins::install),
        get("/api/v1/plugins/{plugin}", plugins::show),
        delete("/api/v1/plugins/{plugin}", plugin_life::remove),
        post("/api/v1/plugins/{plugin}/upgrade", plugin_life::upgrade),
        post("/api/v1/plugins/{plugin}/rollback", plugin_life::rollback),
        get("/api/v1/plugins/{plugin}/libraries", plugins::libraries),
        put("/api/v1/plugins/{plugin}/grants", plugins::set_grants),
        put("/api/v1/plugins/{plugin}/enabled", plugins::set_enabled),
        get("/api/v1/plugins/{plugin}/settings", plugin_settings::settings),
        put("/api/v1/plugins/{plugin}/settings", plugin_settings::set_settings),
        get("/api/v1/plugins/{plugin}/secrets", plugin_settings::secrets),
        put("/api/v1/plugins/{plugin}/secrets/{secret}", plugin_settings::set_secret),
        get("/api/v1/plugins/{plugin}/limits", plugin_settings::limits),
        put("/api/v1/plugins/{plugin}/limits", plugin_settings::set_limits),
        get("/api/v1/plugins/{plugin}/usage", plugin_usage::show),
        get("/api/v1/plugins/{plugin}/log", plugin_usage::log),
        get("/api/v1/jobs", jobs::list),
        post("/api/v1/jobs/{job}/retry", jobs::retry),
        delete("/api/v1/jobs/{job}", jobs::forget),
        get("/api/v1/plugins/{plugin}/captures", captures::list),
        put("/api/v1/plugins/{plugin}/captures", captures::switch),
        // Their own addresses.
        get("/p/{plugin}", plugin::redirect_root),
        get("/p/{plugin}/", plugin::redirect_root),
        get("/p/{plugin}/{*path}", plugin::redirect),
        get("/p/{plugin}/blobs/{blob}", blob::show),
        get("/p/{plugin}/assets/{version}/{*path}", plugin::asset),
        get("/{language}/p/{plugin}", plugin::page_root),
        get("/{language}/p/{plugin}/", plugin::page_root),
        get("/{language}/p/{plugin}/{*path}", plugin::page),
        post("/{language}/p/{plugin}", plugin::submit_root),
        post("/{language}/p/{plugin}/", plugin::submit_root),
        post("/{language}/p/{plugin}/{*path}", plugin::submit),
    ]
}

/// The router with everything around it.
pub fn build(app: &Arc<App>) -> Router {
    let mut router = Router::new();
    for route in routes() {
        router = router.route(route.path, route.handler);
    }
    router
        .merge(pages::routes())
        .merge(credentials::routes())
        .merge(fed::routes())
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(axum::middleware::from_fn_with_state(Arc::clone(app), idempotency::guard))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(app), edge::surround))
        .layer(CompressionLayer::new().quality(tower_http::CompressionLevel::Fastest).compress_when(is_text()))
        .with_state(Arc::clone(app))
}

async fn nowhere() -> Problem {
    Fault::NotFound.into()
}

async fn wrong_method() -> Problem {
    Fault::Method.into()
}

/// Text of some size gains from compression. Audio and images are compressed already; an event stream must not wait
/// in a compressor.
fn is_text() -> impl Predicate {
    let is_text_type = |_: http::StatusCode, _: http::Version, headers: &http::HeaderMap, marks: &http::Extensions| {
        if marks.get::<fed::AsItIs>().is_some() {
            return false;
        }
        let media_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        media_type.is_some_and(|media_type| {
            !media_type.starts_with("text/event-stream")
                && ["text/", "application/json", "application/problem", "application/x-ndjson", "image/svg"]
                    .iter()
                    .any(|start| media_type.starts_with(start))
        })
    };
    SizeAbove::new(256).and(is_text_type)
}

fn route<H, T>(filter: MethodFilter, method: Method, path: &'static str, handler: H) -> Route
where
    H: Handler<T, Arc<App>>,
    T: 'static,
{
    Route { method, path, handler: on(filter, handler) }
}

macro_rules! by_method {
    ($($name:ident $method:ident)*) => {$(
        fn $name<H, T>(path: &'static str, handler: H) -> Route
        where
            H: Handler<T, Arc<App>>,
            T: 'static,
        {
            route(MethodFilter::$method, Method::$method, path, handler)
        }
    )*};
}

by_method! { get GET post POST put PUT patch PATCH delete DELETE }
