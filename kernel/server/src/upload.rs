//! Files to import, as they come: written down piece by piece, never held, and gone when they do not come whole.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tiwizi_identity::Caller;
use tiwizi_model::{RecordId, limits};
use tiwizi_registry::Imports;
use tiwizi_registry::imports::{ImportsError, Incoming, NewImport};

use crate::app::App;
use crate::body;
use crate::caller::{Visitor, VisitorSession, refuse_other_sites};
use crate::form::CSRF_FIELD;
use crate::problem::{Fault, Problem};

/// Bytes of a form that are not its file.
const FORM_BYTES_MAX: u64 = 64 << 10;
/// Fields beside the file that are taken.
const FIELDS_MAX: usize = 8;
/// The text of one of them.
const FIELD_BYTES_MAX: u64 = 1 << 10;

/// Takes a body that is a file.
pub(crate) async fn of_body(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    mut body: Body,
) -> Result<Incoming, Problem> {
    body::refuse_encoding(headers)?;
    let outcome = match begin(app, caller, body::declared_bytes(headers)).await {
        Ok(mut incoming) => {
            let wait = Duration::from_millis(limits::IMPORT_ARRIVAL_MS);
            let read = tokio::time::timeout(wait, frames(app, &mut body, &mut incoming)).await;
            read.unwrap_or_else(|_| Err(Fault::TooSlow.into())).map(|()| incoming)
        }
        Err(problem) => Err(problem),
    };
    if outcome.is_err() {
        body::pass_over(body).await;
    }
    outcome
}

/// Hands a file that came whole to the imports, also when whoever sent it goes away meanwhile: half of that would leave a file that no
/// record knows.
pub(crate) async fn hand_over(
    app: &App,
    caller: &Caller,
    new: NewImport,
    incoming: Incoming,
) -> Result<RecordId, Problem> {
    let (imports, caller) = (app.imports.clone(), caller.clone());
    let taken = app.tasks.to_its_end(async move { imports.take(&caller, new, incoming).await });
    Ok(taken.await.map_err(Problem::internal)??)
}

/// Asks whether there is room, and begins a file.
async fn begin(app: &App, caller: &Caller, declared: Option<usize>) -> Result<Incoming, Problem> {
    let declared = declared.map(|bytes| u64::try_from(bytes).unwrap_or(u64::MAX)).unwrap_or_default();
    if declared > limits::IMPORT_FILE_BYTES_MAX.saturating_add(FORM_BYTES_MAX) {
        return Err(Problem::import_too_long());
    }
    demand_room(app)?;
    if app.disk.space().is_some_and(|space| declared > space.free / 2) {
        return Err(Problem::from(Fault::Full).saying("the disk of this machine has no room for a file of this length"));
    }
    Ok(app.imports.begin(caller).await?)
}

fn demand_room(app: &App) -> Result<(), Problem> {
    app.disk.demand_room().map_err(|full| {
        Problem::from(Fault::Full).saying("the disk of this machine is nearly full: no file is taken").because(full)
    })
}

async fn frames(app: &App, body: &mut Body, incoming: &mut Incoming) -> Result<(), Problem> {
    loop {
        let next = tokio::time::timeout(Duration::from_millis(limits::BODY_WAIT_MS), body.frame()).await;
        let Some(frame) = next.map_err(|_| Problem::from(Fault::TooSlow))? else { return Ok(()) };
        let frame = frame.map_err(|error| Problem::from(Fault::Malformed).because(error))?;
        if let Ok(bytes) = frame.into_data() {
            write(app, incoming, &bytes).await?;
        }
    }
}

async fn write(app: &App, incoming: &mut Incoming, bytes: &Bytes) -> Result<(), Problem> {
    demand_room(app)?;
    Ok(incoming.write(bytes).await?)
}

/// A form with a file to import, and who sent it. The proof of where it comes from is a field before the file.
pub(crate) struct SentImport {
    /// Who sent it.
    pub(crate) visitor: Visitor,
    /// The file, and its name on its owner's machine; none when none was chosen.
    pub(crate) file: Option<(String, Incoming)>,
    fields: Vec<(String, String)>,
}

impl SentImport {
    /// The first value of a field.
    #[must_use]
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

impl FromRequest<Arc<App>> for SentImport {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = media_type.and_then(|text| multer::parse_boundary(text).ok());
        let boundary = boundary.ok_or_else(|| {
            Problem::from(Fault::MediaType).saying("a form with a file is sent as multipart/form-data")
        })?;
        if let Err(problem) = may_send(app, &parts).await {
            body::pass_over(body).await;
            return Err(problem);
        }
        let whole_max = limits::IMPORT_FILE_BYTES_MAX.saturating_add(FORM_BYTES_MAX);
        let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(whole_max));
        let form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
        let wait = Duration::from_millis(limits::IMPORT_ARRIVAL_MS);
        tokio::time::timeout(wait, read(app, &parts, form)).await.unwrap_or_else(|_| Err(Fault::TooSlow.into()))
    }
}

/// Whoever may not import fills no disk.
async fn may_send(app: &App, parts: &Parts) -> Result<(), Problem> {
    refuse_other_sites(&parts.headers)?;
    let visitor = Visitor::recognise(app, parts).await?;
    if visitor.session().is_some_and(VisitorSession::must_change) {
        return Err(Fault::MustChangePassword.into());
    }
    if Imports::may_use(visitor.signed_in()?) { Ok(()) } else { Err(ImportsError::Refused.into()) }
}

async fn read(app: &App, parts: &Parts, mut form: Multipart<'static>) -> Result<SentImport, Problem> {
    let (mut fields, mut proof, mut sent) = (Vec::new(), None, None);
    while let Some(mut field) = form.next_field().await.map_err(malformed)? {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_none() {
            let text = text_of(&mut field).await?;
            match name.as_str() {
                CSRF_FIELD => proof = Some(text),
                _ if fields.len() >= FIELDS_MAX => return Err(Fault::Malformed.into()),
                _ => fields.push((name, text)),
            }
            continue;
        }
        if sent.is_some() {
            return Err(Fault::Malformed.into());
        }
        let visitor = Visitor::of_form(app, parts, proof.as_deref()).await?;
        let named = field.file_name().unwrap_or_default().to_owned();
        let incoming = store(app, visitor.caller(), parts, field).await?;
        // Browsers send a file without a byte when none was chosen.
        sent = Some((visitor, (incoming.bytes() > 0).then_some((named, incoming))));
    }
    let (visitor, file) = match sent {
        Some(sent) => sent,
        None => (Visitor::of_form(app, parts, proof.as_deref()).await?, None),
    };
    Ok(SentImport { visitor, file, fields })
}

async fn store(app: &App, caller: &Caller, parts: &Parts, mut field: Field<'_>) -> Result<Incoming, Problem> {
    let mut incoming = begin(app, caller, body::declared_bytes(&parts.headers)).await?;
    loop {
        let next = tokio::time::timeout(Duration::from_millis(limits::BODY_WAIT_MS), field.chunk()).await;
        match next.map_err(|_| Problem::from(Fault::TooSlow))?.map_err(malformed)? {
            Some(bytes) => write(app, &mut incoming, &bytes).await?,
            None => return Ok(incoming),
        }
    }
}

async fn text_of(field: &mut Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(malformed)? {
        let all = u64::try_from(bytes.len().saturating_add(chunk.len())).unwrap_or(u64::MAX);
        if all > FIELD_BYTES_MAX {
            return Err(Fault::BodyTooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|error| Problem::from(Fault::Malformed).because(error))
}

fn malformed(error: multer::Error) -> Problem {
    let is_too_long =
        matches!(error, multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. });
    let problem = if is_too_long { Problem::import_too_long() } else { Fault::Malformed.into() };
    problem.because(error)
}
