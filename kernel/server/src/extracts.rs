//! Issuing and verifying extracts, for the API, the pages and the command line: the one place where the register, the press and
//! the file store meet.
//!
//! Both wait their turn: printing takes a core, and a verification is open to everybody.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tiwizi_identity::Caller;
use tiwizi_model::{Language, Record, limits};
use tiwizi_print::{Fonts, Job};
use tiwizi_registry::extract::{self, Certified, Finding, Issued, Office, Wanted};
use tiwizi_words::Texts;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::app::App;
use crate::problem::{Fault, Problem, Told};

/// The turns of those who print and of those who verify.
#[derive(Debug)]
pub(crate) struct Turns {
    /// A turn goes along with its print, which goes on when nobody waits for it any more.
    pub(crate) prints: Arc<Semaphore>,
    pub(crate) verifications: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            prints: Arc::new(Semaphore::new(limits::PRINTS_MAX)),
            verifications: Semaphore::new(limits::VERIFICATIONS_MAX),
        }
    }
}

/// An extract that was issued.
#[derive(Debug)]
pub struct IssuedExtract {
    /// Its record.
    pub record: Record,
    /// The address of its verification, which its code leads to.
    pub address: String,
    /// The paper.
    pub pdf: Bytes,
}

/// Issues an extract: signs it, prints it, stores the paper and keeps the record.
///
/// # Errors
/// When the caller does not keep the register there, when the instance has no public address or no fonts, when the paper cannot be
/// set, and when something fails.
pub async fn issue_extract(app: &App, caller: &Caller, wanted: Wanted) -> Result<IssuedExtract, Problem> {
    let office = Office { records: &app.records, instance: &app.instance };
    let prepared = extract::prepare(office, caller, wanted).await?;
    let base = app.settings.address.as_deref().ok_or_else(no_address)?;
    let address = format!("{base}/{}/verify/{}", wanted.language, prepared.token.text());
    let paper =
        Paper { certified: prepared.certified.clone(), reference: prepared.id.to_string(), address: address.clone() };
    let pdf = print(app, turn(app).await?, paper, wanted.language).await?;
    let file = app.files.put(pdf.clone()).await?;
    let issued = Issued { file, bytes: pdf.len() };
    let record = extract::keep(&app.records, caller, &prepared, issued).await?;
    tracing::info!(extract.id = %record.id, extract.paper = wanted.paper.name(), "an extract was issued");
    Ok(IssuedExtract { record, address, pdf })
}

/// The turn to print; who waits for it too long is told to come again.
async fn turn(app: &App) -> Result<OwnedSemaphorePermit, Problem> {
    let wait = Duration::from_millis(limits::PRINT_WAIT_MS);
    let turn = tokio::time::timeout(wait, Arc::clone(&app.turns.prints).acquire_owned()).await;
    Ok(turn.map_err(|_| Fault::Busy)?.map_err(|_| Fault::Unavailable)?)
}

fn no_address() -> Problem {
    let detail = "the instance has no public address, and a print would lead nowhere: set `address` in its settings";
    Problem::from(Fault::Conflict).saying(detail).telling(Told::no_address())
}

/// What the press is handed.
struct Paper {
    certified: Certified,
    reference: String,
    address: String,
}

/// Prints on a thread where computing holds nobody up. The fonts are looked for anew, so that a missing one can be mended without a
/// new start. The thread holds the turn: whoever goes away meanwhile does not make room for a second print.
async fn print(app: &App, turn: OwnedSemaphorePermit, paper: Paper, language: Language) -> Result<Bytes, Problem> {
    let messages = app.host.kernel_messages();
    let folders = app.settings.fonts.clone();
    let work = move || {
        let fonts = Fonts::load(&folders).map_err(Problem::from)?;
        let is_draft = messages.is_draft(language);
        let texts = Texts::new(language, messages);
        let job = Job { certified: &paper.certified, reference: &paper.reference, address: &paper.address, is_draft };
        let printed = tiwizi_print::print(&job, &texts, &fonts).map_err(Problem::from);
        drop(turn);
        printed
    };
    app.tasks.apart(work).await.map_err(Problem::internal)?.map(Bytes::from)
}

/// Verifies a token, when it is its turn.
///
/// # Errors
/// When too many are being verified, or the database fails.
pub(crate) async fn verify(app: &App, token: &str) -> Result<Finding, Problem> {
    let _turn = app.turns.verifications.try_acquire().map_err(|_| Fault::Busy)?;
    Ok(extract::verify(&app.records, token).await?)
}
