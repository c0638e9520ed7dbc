//! JSON bodies: read by the strict reader of `records` (no key twice, bounded depth), then turned into the shape that
//! a handler wants; a field that the shape does not have is refused and named.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tiwizi_model::limits;

use crate::app::App;
use crate::body::{self, BodyLimit};
use crate::problem::{Fault, FieldProblem, Problem};

/// A body of any shape: the content of a record.
pub(crate) struct Content(pub(crate) Value);

/// A body of a known shape.
pub(crate) struct Shaped<T>(pub(crate) T);

impl FromRequest<Arc<App>> for Content {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        match body::media_type(&parts.headers).as_deref() {
            Some("application/json" | "application/merge-patch+json") => {}
            _ => return Err(Problem::from(Fault::MediaType).saying("send application/json")),
        }
        let bytes = body::read(&parts.headers, body, BodyLimit::NORMAL).await?;
        Ok(Self(tiwizi_records::json::parse(&bytes, limits::BODY_BYTES_MAX)?))
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Shaped<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let Content(value) = Content::from_request(request, app).await?;
        shape(value).map(Self)
    }
}

/// Turns a value into the shape that is wanted.
pub(crate) fn shape<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|error| {
        let text = error.to_string();
        let code = if text.starts_with("unknown field") {
            "unknown-field"
        } else if text.starts_with("missing field") {
            "required"
        } else {
            "type"
        };
        // Serde names the field between backquotes when it knows it.
        let pointer = match (code, text.split('`').nth(1)) {
            ("unknown-field" | "required", Some(field)) => format!("/{field}"),
            _ => String::new(),
        };
        let text: String = text.chars().take(limits::ECHO_CHARS_MAX.saturating_mul(3)).collect();
        Problem::from(Fault::Invalid).at(FieldProblem::new(pointer, code, text))
    })
}

/// An answer in JSON.
pub(crate) fn answer(status: StatusCode, body: &impl Serialize) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(body).map_err(Problem::internal)?;
    let mut response = (status, Body::from(bytes)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// A 200 in JSON.
pub(crate) fn ok(body: &impl Serialize) -> Result<Response, Problem> {
    answer(StatusCode::OK, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        #[expect(dead_code, reason = "only its shape matters here")]
        name: String,
    }

    #[test]
    fn a_field_too_many_or_too_few_is_named() {
        for (value, pointer, code) in [
            (json!({"name": "a", "role": "administrator"}), "/role", "unknown-field"),
            (json!({}), "/name", "required"),
            (json!({"name": 1}), "", "type"),
        ] {
            let problem = shape::<Wanted>(value).unwrap_err();
            assert_eq!((problem.errors()[0].pointer.as_str(), problem.errors()[0].code.as_str()), (pointer, code));
        }
    }
}
