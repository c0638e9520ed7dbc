//! One import: how far it is, what was found, and what shall become of it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use fluent_bundle::FluentArgs;
use minijinja::value::Serde;
use minijinja::{Value, context};
use tiwizi_identity::Role;
use tiwizi_model::limits;
use tiwizi_registry::import::{Progress, Table};
use tiwizi_registry::imports::{Findings, ImportsError, Line, Shown, Status, say_report};
use tiwizi_words::Texts;

use super::super::console::done;
use super::super::visit::{Asked, SignedIn, Visit, with_status};
use super::IMPORT;
use crate::api::imports::{id_of, report_of};
use crate::app::App;
use crate::exports;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// `GET /{language}/register/import/{import}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, import)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    page(&app, &visit, &import, None).await
}

/// `GET /{language}/register/import/{import}/report`: with a column more than programs get, which has the reasons in the page's words.
pub(super) async fn report(
    State(app): State<Arc<App>>,
    Path((_, import)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let path = app.imports.report(visit.visitor.signed_in()?, id_of(&import)?).await?;
    let (texts, column) = (visit.texts(&app), format!("message_{}", visit.look.language.tag()));
    let write = move |pieces| say_report(&path, &column, |code| in_words(&texts, code), pieces);
    Ok(report_of(exports::written(&app, write)))
}

/// `POST /{language}/register/import/{import}`: one of the page's buttons.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Path((_, import)): Path<(String, String)>,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = asked.by(&app, posted.visitor.clone()).await;
    let caller = visit.visitor.signed_in()?;
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    let id = id_of(&import)?;
    let pressed = match posted.field("do") {
        Some("import") => app.imports.import(caller, id, false).await,
        Some("good") => app.imports.import(caller, id, true).await,
        Some("again") => app.imports.try_again(caller, id).await,
        Some("stop") => app.imports.stop(caller, id).await,
        Some("remove") => app.imports.remove(caller, id).await,
        _ => return Err(Problem::field("/do", "required", "the form does not say what is to be done")),
    };
    match pressed {
        Ok(()) => Ok(visit.go(&format!("{IMPORT}/{id}"))),
        // Something has moved since the page was shown: it is shown as it is now.
        Err(ImportsError::NotNow { .. } | ImportsError::Rejected { .. } | ImportsError::Removed) => {
            let again = page(&app, &visit, &import, Some("import-moved")).await?;
            Ok(with_status(Fault::Conflict.status(), again))
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(app: &App, visit: &Visit, import: &str, wrong: Option<&str>) -> Result<Response, Problem> {
    let caller = visit.visitor.caller();
    let Shown { stored, progress, findings, behind } = app.imports.show(caller, id_of(import)?).await?;
    let (id, run) = (stored.id, &stored.run);
    let address = visit.look.address(&format!("{IMPORT}/{id}"));
    let texts = visit.texts(app);
    let was_tried = matches!(run.status, Status::Checked | Status::Refused | Status::Imported | Status::GivenUp);
    let is_under_way = run.status.waits() || run.status.runs();
    let has_report = run.has_files && was_tried && run.counts.rejected.saturating_add(run.flagged) > 0;
    let data = context! {
        action => &*address,
        list => visit.look.address(IMPORT),
        duplicates => visit.look.address("/register/duplicates"),
        report => has_report.then(|| format!("{address}/report")),
        name => &*run.name,
        table => run.table.map(Table::name),
        status => run.status.name(),
        asked => run.asked_at.0,
        kept_until => run.asked_at.plus_ms(limits::IMPORT_KEPT_MS).0,
        by => caller.holds(Role::Administrator).then_some(&*run.account_name),
        is_under_way,
        may_be_imported => run.status.may_be_imported(),
        may_be_tried_again => run.status.may_be_tried_again(),
        has_files => run.has_files,
        has_result => was_tried,
        created => run.counts.created,
        updated => run.counts.updated,
        unchanged => run.counts.unchanged,
        rejected => run.counts.rejected,
        flagged => run.flagged,
        transcribed => run.transcribed,
        written => run.written,
        error => run.error.as_deref().filter(|_| run.status == Status::Failed),
        progress => progress.filter(|_| is_under_way).map(|progress| so_far(&progress)),
        behind,
        found => findings.filter(|_| !is_under_way).map(|findings| found(&texts, findings)),
        done => done(visit),
        wrong => wrong.map(|key| texts.text(key)),
    };
    visit.page(app, "exchange/run.html", &texts.text("import"), data)
}

fn so_far(progress: &Progress) -> Value {
    let percent = progress.bytes_done.saturating_mul(100).checked_div(progress.bytes_total).unwrap_or_default();
    context! {
        writing => progress.writing,
        rows => progress.rows_done,
        rejected => progress.rows_rejected,
        bytes => progress.bytes_done,
        bytes_all => progress.bytes_total,
        percent,
    }
}

fn found(texts: &Texts, findings: Findings) -> Value {
    let lines = |lines: Vec<Line>| lines.into_iter().map(|line| said(texts, &line)).collect::<Vec<_>>();
    context! {
        format => findings.format,
        encoding => findings.encoding,
        separator => findings.separator,
        columns => Value::from(Serde(findings.columns)),
        missing => findings.missing,
        detail => findings.detail,
        rejected => lines(findings.rejected),
        alike => lines(findings.alike),
    }
}

fn in_words(texts: &Texts, code: &str) -> Option<String> {
    texts.find(&format!("import-code-{code}"), &FluentArgs::new())
}

/// What is wrong with a row: in the words of the page, where there are some for its code, and the sentence of the report.
fn said(texts: &Texts, line: &Line) -> Value {
    context! {
        row => line.row,
        column => &*line.column,
        value => &*line.value,
        said => in_words(texts, &line.code),
        code => &*line.code,
        message => &*line.message,
    }
}
