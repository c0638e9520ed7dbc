//! The register goes out as a file.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_identity::Caller;
use tiwizi_model::ProvinceCode;
use tiwizi_registry::Imports;
use tiwizi_registry::export::{Separator, Shape};
use tiwizi_registry::import::Table;

use super::super::register;
use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{EXPORT, IMPORT};
use crate::app::App;
use crate::exports::{self, Wanted, may};
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// What the form offers first: spreadsheets in French and in Arabic end cells at semicolons.
const SEPARATOR: Separator = Separator::Semicolon;

/// `GET /{language}/register/export`
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    let given = context! {
        table => Table::Cooperatives.name(),
        format => "csv",
        separator => SEPARATOR.name(),
        province => "",
        reason => "",
    };
    page(&app, &visit, given, false)
}

/// `POST /{language}/register/export`: the file, or the form once more when a reason is missing.
pub(super) async fn send(State(app): State<Arc<App>>, asked: Asked, posted: Posted) -> Result<Response, Problem> {
    let visit = asked.by(&app, posted.visitor.clone()).await;
    let caller = visit.visitor.signed_in()?;
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    let wanted = wanted(&posted)?;
    let is_without_reason = wanted.table == Table::Members && wanted.reason.trim().is_empty();
    if is_without_reason && may(caller, wanted.table) {
        let text = |name: &str| posted.field(name).unwrap_or_default().to_owned();
        let given = context! {
            table => text("table"),
            format => text("format"),
            separator => text("separator"),
            province => text("province"),
            reason => text("reason"),
        };
        return Ok(with_status(Fault::Invalid.status(), page(&app, &visit, given, true)?));
    }
    exports::answer(&app, caller, wanted).await
}

fn wanted(posted: &Posted) -> Result<Wanted, Problem> {
    let given = |name: &str| posted.field(name).filter(|value| !value.is_empty());
    let wrong = |name: &str| Problem::field(&format!("/{name}"), "unknown", "the form does not offer this");
    let province = given("province").map(str::parse::<ProvinceCode>).transpose();
    Ok(Wanted {
        table: given("table").and_then(Table::named).ok_or_else(|| wrong("table"))?,
        shape: given("format").and_then(|name| name.parse::<Shape>().ok()).ok_or_else(|| wrong("format"))?,
        separator: given("separator").map_or(Some(SEPARATOR), Separator::named).ok_or_else(|| wrong("separator"))?,
        province: province.map_err(|_| wrong("province"))?,
        reason: given("reason").unwrap_or_default().to_owned(),
    })
}

fn page(app: &App, visit: &Visit, given: Value, is_without_reason: bool) -> Result<Response, Problem> {
    let caller: &Caller = visit.visitor.caller();
    let tables: Vec<&str> = Table::ALL.into_iter().filter(|table| may(caller, *table)).map(Table::name).collect();
    if tables.is_empty() {
        return Err(Fault::Forbidden.into());
    }
    let data = context! {
        action => visit.look.address(EXPORT),
        import_page => Imports::may_use(caller).then(|| visit.look.address(IMPORT)),
        tables,
        separators => Separator::ALL.map(Separator::name).to_vec(),
        regions => register::regions(visit.look.language),
        may_members => may(caller, Table::Members),
        given,
        is_without_reason,
    };
    visit.page(app, "exchange/export.html", &visit.texts(app).text("export"), data)
}
