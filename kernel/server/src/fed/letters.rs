//! What comes in letters, answered as if it had come over HTTP.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use tiwizi_federation::link::Answering;
use tiwizi_federation_core::relay::{Answered, Asked};
use tiwizi_model::limits;

use crate::app::App;

use super::answer_to;

/// The end that answers.
pub(crate) struct ByLetter(pub(crate) Arc<App>);

impl Answering for ByLetter {
    async fn answer(&self, asked: Asked) -> Answered {
        let answered = match (self.0.federation.talk(), request(asked, self.name())) {
            (Some(talk), Some(request)) => taken(answer_to(&self.0, talk, request, String::new()).await).await,
            _ => None,
        };
        // What cannot be read as a request, or whose answer fits into no letter, is answered by nothing that is signed.
        answered.unwrap_or_else(|| Answered {
            status: StatusCode::BAD_REQUEST.as_u16(),
            lines: Vec::new(),
            body: Vec::new(),
        })
    }
}

impl ByLetter {
    /// The host that letters are signed for.
    fn name(&self) -> String {
        self.0.federation.talk().map_or_else(String::new, |talk| talk.ends().known().me().to_string())
    }
}

/// The request of a letter. Its host is the name of this instance, whatever the letter says.
fn request(asked: Asked, host: String) -> Option<Request> {
    let Asked { method, path, query, lines, body } = asked;
    let target = query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
    let mut request = Request::builder().method(method.as_str()).uri(target);
    for (name, value) in lines.iter().filter(|(name, _)| name != header::HOST.as_str()) {
        request = request.header(name, value);
    }
    request.header(header::HOST, HeaderValue::from_str(&host).ok()?).body(Body::from(body)).ok()
}

async fn taken(response: Response) -> Option<Answered> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, limits::FED_LETTER_BYTES_MAX).await.ok()?.to_vec();
    let line = |(name, value): (&http::HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    Some(Answered { status: parts.status.as_u16(), lines: parts.headers.iter().filter_map(line).collect(), body })
}
