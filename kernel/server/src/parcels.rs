//! Parcels that come by a form: one file, held in memory within its bound, and the visitor who sent it. The proof of where it comes from is a
//! field before the file.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, Request};
use http::header;
use http::request::Parts;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tiwizi_model::limits;

use crate::app::App;
use crate::caller::{Visitor, VisitorSession, refuse_other_sites};
use crate::federation::may_see;
use crate::form::CSRF_FIELD;
use crate::problem::{Fault, Problem};

/// Bytes of a form that are not its file.
const FORM_BYTES_MAX: usize = 16 << 10;

/// A form with a parcel.
pub(crate) struct SentParcel {
    /// Who sent it.
    pub(crate) visitor: Visitor,
    /// The parcel; empty when none was chosen.
    pub(crate) bytes: Vec<u8>,
}

impl FromRequest<Arc<App>> for SentParcel {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = media_type.and_then(|text| multer::parse_boundary(text).ok());
        let boundary = boundary.ok_or_else(|| {
            Problem::from(Fault::MediaType).saying("a form with a file is sent as multipart/form-data")
        })?;
        may_send(app, &parts).await?;
        let whole_max = limits::FED_PARCEL_BYTES_MAX.saturating_add(FORM_BYTES_MAX);
        let whole_max = u64::try_from(whole_max).unwrap_or(u64::MAX);
        let constraints = Constraints::new().size_limit(SizeLimit::new().whole_stream(whole_max));
        let form = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
        let wait = Duration::from_millis(limits::UPLOAD_WAIT_MS);
        tokio::time::timeout(wait, read(app, &parts, form)).await.unwrap_or_else(|_| Err(Fault::TooSlow.into()))
    }
}

/// Whoever may not see transfers fills no memory.
async fn may_send(app: &App, parts: &Parts) -> Result<(), Problem> {
    refuse_other_sites(&parts.headers)?;
    let visitor = Visitor::recognise(app, parts).await?;
    if visitor.session().is_some_and(VisitorSession::must_change) {
        return Err(Fault::MustChangePassword.into());
    }
    may_see(&visitor).map(|_| ())
}

async fn read(app: &App, parts: &Parts, mut form: Multipart<'static>) -> Result<SentParcel, Problem> {
    let (mut proof, mut sent) = (None, None);
    while let Some(mut field) = form.next_field().await.map_err(malformed)? {
        if field.file_name().is_none() {
            let is_proof = field.name() == Some(CSRF_FIELD);
            let text = bytes_of(&mut field, FORM_BYTES_MAX).await?;
            if is_proof {
                proof = String::from_utf8(text).ok();
            }
            continue;
        }
        if sent.is_some() {
            return Err(Fault::Malformed.into());
        }
        let visitor = Visitor::of_form(app, parts, proof.as_deref()).await?;
        let bytes = bytes_of(&mut field, limits::FED_PARCEL_BYTES_MAX).await?;
        sent = Some(SentParcel { visitor, bytes });
    }
    match sent {
        Some(sent) => Ok(sent),
        None => Ok(SentParcel { visitor: Visitor::of_form(app, parts, proof.as_deref()).await?, bytes: Vec::new() }),
    }
}

async fn bytes_of(field: &mut Field<'_>, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    loop {
        let next = tokio::time::timeout(Duration::from_millis(limits::BODY_WAIT_MS), field.chunk()).await;
        let Some(chunk) = next.map_err(|_| Problem::from(Fault::TooSlow))?.map_err(malformed)? else {
            return Ok(bytes);
        };
        if bytes.len().saturating_add(chunk.len()) > bytes_max {
            return Err(Fault::BodyTooLarge.into());
        }
        bytes.extend_from_slice(&chunk);
    }
}

fn malformed(error: multer::Error) -> Problem {
    match error {
        multer::Error::StreamSizeExceeded { .. } => Fault::BodyTooLarge.into(),
        error => Problem::from(Fault::Malformed).because(error),
    }
}
