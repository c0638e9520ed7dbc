//! The OpenAPI document: the fixed part from the code of the handlers, the rest from the kinds that are in use.

mod complete;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value, json};
use tiwizi_records::{Kind, Kinds};
use utoipa::OpenApi;

use crate::api::{
    accounts, acts, agreements, batch, captures, cases, changes, coverage, exports, extracts, files, filings, founders,
    foundings, health, history, imports, jobs, journey, kinds, metrics, notices, office, packages, peers, people,
    plugin_life, plugin_settings, plugin_usage, plugins, proposals, protection, records, session, statistics, tokens,
    transfers, verify,
};
use crate::app::App;
use crate::problem::Problem;
use crate::{blob, json, open_data, plugin};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tiwizi",
        description = "The HTTP API of one instance. Errors are problems (RFC 9457) with a stable `code`. A request that changes something carries either a token (`Authorization: Bearer`) or the session's cookie together with its `x-csrf-token`. Every POST takes an `Idempotency-Key`; it is remembered for callers with an account, and without one a repetition has its effect again. Unknown parameters and fields are refused.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
    ),
    paths(
        health::live, health::ready, metrics::show, show,
        session::create, session::show, session::end, session::change_password,
        tokens::list, tokens::create, tokens::revoke,
        accounts::list, accounts::create, accounts::grant, accounts::revoke, accounts::disable, notices::list,
        kinds::list, kinds::show,
        records::list, records::create, records::show, records::replace, records::patch, records::delete,
    history::list, batch::write, acts::request_denomination, acts::list, acts::enter, people::find, people::set, people::forget, people::look, people::looks, people::union, changes::read, office::list, office::hold, office::hand_back, filings::list, filings::show, filings::write, filings::decide, foundings::mine, foundings::open, foundings::waiting, foundings::show, foundings::edit, foundings::step, foundings::decide, founders::join, founders::join_as_invited, founders::invite, founders::invite_again, founders::edit, founders::remove, founders::add_paper, founders::paper, founders::remove_paper,
        statistics::overview, statistics::show, journey::show, open_data::show, open_data::statistics, files::store, files::read,
        imports::send, imports::list, imports::show, imports::remove, imports::run, imports::stop, imports::again,
        imports::report, exports::export,
        extracts::issue, extracts::file, verify::show, verify::compare,
        protection::show, protection::draft, protection::own_dossier, protection::ask, protection::dossier_for_request,
        protection::answer, protection::withdraw, protection::retention, protection::run,
        peers::list, peers::show, peers::switch, peers::ledger,
        agreements::list, agreements::show, agreements::preview, agreements::preview_of, agreements::offer, agreements::step,
        coverage::show, packages::list, packages::publish, packages::show, packages::difference, packages::apply,
        cases::list, cases::show, cases::answer, cases::list_all, cases::show_one,
        proposals::list, proposals::propose, proposals::show, proposals::answer,
        transfers::list, transfers::offer, transfers::show, transfers::parcel, transfers::accept, transfers::seal,
        transfers::void,
        plugins::list, plugins::install, plugins::show, plugins::libraries, plugins::set_grants, plugins::set_enabled,
        plugin_life::upgrade, plugin_life::rollback, plugin_life::remove,
        plugin_settings::settings, plugin_settings::set_settings, plugin_settings::secrets, plugin_settings::set_secret,
        plugin_settings::limits, plugin_settings::set_limits, plugin_usage::show, plugin_usage::log,
        jobs::list, jobs::retry, jobs::forget,
        captures::list, captures::switch,
        plugin::redirect_root, plugin::redirect, plugin::asset, blob::show,
        plugin::page_root, plugin::page, plugin::submit_root, plugin::submit,
    ),
    tags(
        (name = "operations", description = "For those who run the instance"),
        (name = "identity", description = "Who is who, and who may what"),
        (name = "records", description = "Kinds, records and the change log"),
        (name = "register", description = "The life of cooperatives, by acts"),
        (name = "office", description = "What waits, who works on it, and yearly filings"),
        (name = "exchange", description = "The register in files: import and export"),
        (name = "extracts", description = "Certified extracts and their verification"),
        (name = "protection", description = "What is kept about people, and what they may ask"),
        (name = "federation", description = "Other instances, what is agreed on with them, proposed to them and handed over"),
        (name = "open data", description = "What everybody may read, as whole files"),
        (name = "files", description = "Content-addressed files"),
        (name = "plugins", description = "Plugins and their addresses"),
    ),
)]
struct Fixed;

/// The OpenAPI document of this instance, with the kinds that it knows.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "operations", responses((status = 200, body = Object)))]
pub(crate) async fn show(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    json::ok(&document(&app.records.kinds())?)
}

/// The document with the schemas and addresses of these kinds.
pub(crate) fn document(kinds: &Kinds) -> Result<Value, Problem> {
    let mut document = serde_json::to_value(Fixed::openapi()).map_err(Problem::internal)?;
    for kind in kinds.iter() {
        let name = schema_name(kind);
        let address = format!("/api/v1/records/{}", kind.name());
        let mut schema = kind.declaration().schema().clone();
        rebase(&mut schema, &name);
        insert(&mut document, &["components", "schemas"], &name, schema);
        insert(&mut document, &["paths"], &address, list_path(kind, &name));
        insert(&mut document, &["paths"], &format!("{address}/{{id}}"), record_path(kind, &name));
    }
    let schemes = json!({
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": crate::cookie::SESSION},
    });
    insert(&mut document, &["components"], "securitySchemes", schemes);
    insert(&mut document, &[], "security", json!([{}, {"token": []}, {"session": []}]));
    complete::complete(&mut document);
    Ok(document)
}

fn schema_name(kind: &Kind) -> String {
    format!("{}.{}", kind.name().namespace(), kind.name().name())
}

/// Makes the references of a schema into its own definitions lead to where it stands in the document.
fn rebase(schema: &mut Value, name: &str) {
    let mut open = vec![schema];
    while let Some(part) = open.pop() {
        match part {
            Value::Object(fields) => {
                for (key, value) in fields.iter_mut() {
                    match value {
                        Value::String(reference) if key == "$ref" && reference.starts_with("#/$defs/") => {
                            reference.insert_str(1, &format!("/components/schemas/{name}"));
                        }
                        value => open.push(value),
                    }
                }
            }
            Value::Array(items) => open.extend(items.iter_mut()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

fn insert(document: &mut Value, place: &[&str], name: &str, value: Value) {
    let mut target = document;
    for step in place {
        let Value::Object(object) = target else { return };
        target = object.entry(*step).or_insert_with(|| Value::Object(Map::new()));
    }
    if let Value::Object(object) = target {
        object.insert(name.to_owned(), value);
    }
}

/// A record of this kind: what every record has, around content of its own schema.
fn record_of(name: &str) -> Value {
    json!({"allOf": [
        {"$ref": "#/components/schemas/RecordView"},
        {"properties": {"body": {"$ref": format!("#/components/schemas/{name}")}}},
    ]})
}

fn content(schema: &Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

fn list_path(kind: &Kind, name: &str) -> Value {
    let record = record_of(name);
    let page = json!({"type": "object", "required": ["items", "next"], "properties": {
        "items": {"type": "array", "items": record}, "next": {"type": ["string", "null"]},
    }});
    let body = json!({"$ref": format!("#/components/schemas/{name}")});
    json!({
        "get": {
            "tags": [kind.name().namespace()],
            "summary": format!("Lists {}", kind.name()),
            "parameters": filters(kind),
            "responses": {"200": {"description": "A page", "content": content(&page)}, "default": problem()},
        },
        "post": {
            "tags": [kind.name().namespace()],
            "summary": format!("Creates a {}", kind.name()),
            "requestBody": {"required": true, "content": content(&body)},
            "responses": {"201": {"description": "The record", "content": content(&record)}, "default": problem()},
        },
    })
}

fn record_path(kind: &Kind, name: &str) -> Value {
    let answer =
        json!({"200": {"description": "The record", "content": content(&record_of(name))}, "default": problem()});
    let body = json!({"$ref": format!("#/components/schemas/{name}")});
    json!({
        "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}],
        "get": {"tags": [kind.name().namespace()], "summary": format!("One {}", kind.name()), "responses": answer},
        "put": {
            "tags": [kind.name().namespace()],
            "summary": format!("Replaces a {}", kind.name()),
            "requestBody": {"required": true, "content": content(&body)},
            "responses": answer,
        },
    })
}

/// The fields by which the list can be filtered: those of its declared indexes.
fn filters(kind: &Kind) -> Vec<Value> {
    let mut names: Vec<&str> = kind.unique().iter().chain(kind.sorted()).flat_map(|index| index.names()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}})).collect()
}

fn problem() -> Value {
    json!({"description": "A problem", "content": {
        "application/problem+json": {"schema": {"$ref": complete::PROBLEM_SCHEMA}},
    }})
}
