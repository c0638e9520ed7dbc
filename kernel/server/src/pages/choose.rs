//! `/`: which language a visitor gets who names none.

use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, header};

use super::look::address;
use crate::caller::Visitor;
use crate::language;

/// `GET /`: by account, then cookie, then `Accept-Language`.
pub(super) async fn language(visitor: Visitor, headers: HeaderMap) -> Response {
    let language = language::choose(visitor.caller().language(), &headers);
    let mut response = Redirect::to(&address(language, "/")).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("cookie, accept-language"));
    response
}
