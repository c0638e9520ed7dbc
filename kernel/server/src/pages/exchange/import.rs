//! A file is sent to be imported; the list of those that were.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_identity::Role;
use tiwizi_model::limits;
use tiwizi_registry::import::{Encoding, Table};
use tiwizi_registry::imports::{NewImport, StoredRun};

use super::super::console::done;
use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::{EXPORT, IMPORT};
use crate::app::App;
use crate::problem::{Fault, Problem};
use crate::upload::{self, SentImport};

/// `GET /{language}/register/import`
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    page(&app, &visit, None, (None, None)).await
}

/// `POST /{language}/register/import`: the file waits to be tried, and the browser goes where it is shown.
pub(super) async fn send(State(app): State<Arc<App>>, asked: Asked, sent: SentImport) -> Result<Response, Problem> {
    let table = sent.field("table").filter(|name| !name.is_empty()).map(str::to_owned);
    let encoding = sent.field("encoding").filter(|name| !name.is_empty()).map(str::to_owned);
    let visit = asked.by(&app, sent.visitor).await;
    let Some((name, incoming)) = sent.file else {
        let given = (table.as_deref(), encoding.as_deref());
        let again = page(&app, &visit, Some("import-no-file"), given).await?;
        return Ok(with_status(Fault::Invalid.status(), again));
    };
    let new = NewImport {
        name,
        table: table.as_deref().and_then(Table::named),
        encoding: encoding.and_then(|name| name.parse::<Encoding>().ok()),
    };
    let id = upload::hand_over(&app, visit.visitor.caller(), new, incoming).await?;
    Ok(visit.go(&format!("{IMPORT}/{id}")))
}

async fn page(
    app: &App,
    visit: &Visit,
    wrong: Option<&str>,
    (table, encoding): (Option<&str>, Option<&str>),
) -> Result<Response, Problem> {
    let caller = visit.visitor.caller();
    let runs = app.imports.list(caller).await?;
    let sees_all = caller.holds(Role::Administrator);
    let data = context! {
        action => visit.look.address(IMPORT),
        export_page => visit.look.address(EXPORT),
        tables => Table::ALL.map(Table::name).to_vec(),
        encodings => Encoding::ALL.map(Encoding::name).to_vec(),
        given => context! { table, encoding },
        size_max => limits::IMPORT_FILE_BYTES_MAX >> 20,
        runs => runs.iter().map(|stored| line(visit, stored, sees_all)).collect::<Vec<_>>(),
        done => done(visit),
        wrong,
    };
    visit.page(app, "exchange/import.html", &visit.texts(app).text("import"), data)
}

fn line(visit: &Visit, stored: &StoredRun, sees_all: bool) -> Value {
    let StoredRun { id, run, .. } = stored;
    context! {
        href => visit.look.address(&format!("{IMPORT}/{id}")),
        name => &*run.name,
        status => run.status.name(),
        asked => run.asked_at.0,
        by => sees_all.then_some(&*run.account_name),
    }
}
