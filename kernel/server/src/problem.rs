//! Problems (RFC 9457): the only place that knows status codes.
//!
//! A [`Problem`] travels as a value. The edge gives it its request id, writes its cause to the log, once, and renders
//! it: as JSON for programs, as a page for people. What a lower crate can answer is mapped in `problem/`, by exhaustive
//! matches. Nothing internal is ever in its text.

mod acts;
mod extract;
pub(crate) mod fed;
pub(crate) mod federation;
mod founding;
mod imports;
mod lower;
mod moving;
mod national;
mod office;
mod people;
mod plugin;
mod protection;
mod told;

use std::error::Error;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use tiwizi_host::Capability;

pub(crate) use self::told::{Detail, Told};

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $code:literal, $title:literal;)*) => {
        /// What went wrong, as far as callers can tell things apart.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault { $($(#[$doc])* $name,)* }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The status of the answer.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The stable code: programs and translations go by it.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// A short text in English.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

faults! {
    /// The request cannot be read.
    Malformed = BAD_REQUEST, "malformed-request", "the request cannot be read";
    /// The body is not JSON as this server reads it.
    Json = BAD_REQUEST, "malformed-json", "the body is not well-formed JSON";
    /// A query parameter that is unknown, doubled or of the wrong form.
    Parameter = BAD_REQUEST, "bad-parameter", "a parameter of the address is not understood";
    /// A filter or an order that no index serves.
    NotIndexed = BAD_REQUEST, "not-indexed", "no declared index serves this filter and order";
    /// A cursor that this server did not make, or not for this list.
    Cursor = BAD_REQUEST, "bad-cursor", "the cursor does not belong to this list";
    /// Nobody is signed in.
    NotSignedIn = UNAUTHORIZED, "not-signed-in", "sign in first";
    /// A session or token that is unknown, ended or revoked.
    Credential = UNAUTHORIZED, "bad-credential", "the session or token is not valid";
    /// A wrong e-mail address or password.
    WrongPassword = UNAUTHORIZED, "wrong-password", "the e-mail address or the password is wrong";
    /// The caller may not do this.
    Forbidden = FORBIDDEN, "forbidden", "this is not allowed";
    /// The request came from a page of another site, or without its csrf value.
    Csrf = FORBIDDEN, "csrf", "the request does not carry the value that proves that it came from this site's page";
    /// The first password must be replaced before anything else.
    MustChangePassword = FORBIDDEN, "password-must-change", "choose a new password first";
    /// There is nothing here, or nothing that the caller may know of.
    NotFound = NOT_FOUND, "not-found", "there is nothing at this address";
    /// The kind is not known here.
    UnknownKind = NOT_FOUND, "unknown-kind", "this kind is not known here";
    /// The plugin is not installed here.
    UnknownPlugin = NOT_FOUND, "unknown-plugin", "this plugin is not installed here";
    /// The address exists, but not for this method.
    Method = METHOD_NOT_ALLOWED, "method-not-allowed", "the address does not know this method";
    /// No form of the answer that the caller accepts.
    NotAcceptable = NOT_ACCEPTABLE, "not-acceptable", "the answer does not exist in an accepted form";
    /// The body did not arrive in time.
    TooSlow = REQUEST_TIMEOUT, "request-too-slow", "the request did not arrive in time";
    /// Something like it exists already.
    Duplicate = CONFLICT, "duplicate", "a value that must be unique is taken";
    /// It cannot be done as things stand.
    Conflict = CONFLICT, "conflict", "this cannot be done as things stand";
    /// Another instance is the home of the record, and writes it alone.
    NotHome = CONFLICT, "not-home", "another instance is the home of this record";
    /// The record is in transfer to another home.
    InTransfer = CONFLICT, "in-transfer", "this is in transfer to another instance";
    /// The instance has no keys for the federation.
    NoFederation = CONFLICT, "no-federation", "this instance is not in the federation yet";
    /// The key's first request was answered with something that is shown only once.
    AnsweredOnce = CONFLICT, "answered-once", "this key was used and its answer is shown only once";
    /// The record has changed meanwhile.
    Stale = PRECONDITION_FAILED, "stale-version", "the record has changed meanwhile";
    /// A body that is too large.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body-too-large", "the body is too large";
    /// An address that is too long.
    AddressTooLong = URI_TOO_LONG, "address-too-long", "the address is too long";
    /// A body of a type that is not taken here.
    MediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "a body of this type is not taken here";
    /// No byte of the range exists.
    Range = RANGE_NOT_SATISFIABLE, "range-not-satisfiable", "the file has no such part";
    /// The content breaks a rule; `errors` says which.
    Invalid = UNPROCESSABLE_ENTITY, "invalid", "the content is not valid";
    /// The key was used for another request.
    KeyReused = UNPROCESSABLE_ENTITY, "idempotency-key-reused", "this key was used for another request";
    /// A form that was kept too long before it was sent.
    LaterTooOld = UNPROCESSABLE_ENTITY, "form-too-old", "this form was kept too long; open its page and fill it in again";
    /// The request must say which version it saw.
    VersionRequired = PRECONDITION_REQUIRED, "version-required", "say in If-Match which version you saw";
    /// Too many tries.
    TooMany = TOO_MANY_REQUESTS, "too-many-tries", "too many tries; wait a little";
    /// A header that is too large.
    HeaderTooLarge = REQUEST_HEADER_FIELDS_TOO_LARGE, "header-too-large", "the request's header is too large";
    /// Something broke on this side.
    Internal = INTERNAL_SERVER_ERROR, "internal", "something went wrong on this side";
    /// A plugin failed.
    PluginFailed = BAD_GATEWAY, "plugin-failed", "the plugin failed";
    /// A plugin that must look at a write could not.
    HookFailed = SERVICE_UNAVAILABLE, "hook-failed", "a plugin that must look at this could not";
    /// Too much is going on.
    Busy = SERVICE_UNAVAILABLE, "busy", "too much is going on; try again shortly";
    /// A part that is needed is away, or the instance is stopping.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "this is not available at the moment";
    /// A plugin did not answer in time.
    PluginTooSlow = GATEWAY_TIMEOUT, "plugin-too-slow", "the plugin did not answer in time";
    /// No room is left to write.
    Full = INSUFFICIENT_STORAGE, "storage-full", "there is no room left to write";
    /// A plugin keeps as much as it may.
    PluginFull = INSUFFICIENT_STORAGE, "plugin-full", "the plugin keeps as much as it may";
}

/// One field of the request that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// Where it is: an RFC 6901 pointer into the body, or the name of a parameter or header.
    pub pointer: String,
    /// The stable code.
    pub code: String,
    /// What is wrong, in English.
    pub message: String,
    /// The id of the record that stands in the way, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// What speaks for it that this is the same as that record: fields that agree, and how alike the names are in per cent (`name 92`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

impl FieldProblem {
    /// A problem with one field.
    pub fn new(pointer: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.into(), message: message.into(), record: None, reasons: Vec::new() }
    }
}

/// The body of a problem, as it goes out (RFC 9457).
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemBody<'a> {
    /// A URN of the code.
    #[serde(rename = "type")]
    kind: String,
    /// A short text in English.
    title: &'a str,
    /// The status of the answer.
    status: u16,
    /// The stable code.
    code: &'a str,
    /// More about this one, when there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// The id under which the log knows this request.
    request_id: &'a str,
    /// The fields that are not as they must be.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldProblem],
}

/// A request that was not answered as asked.
#[derive(Debug, Clone)]
pub struct Problem(Box<Content>);

/// What a problem holds; behind a box, because every handler's result has room for one.
#[derive(Debug, Clone)]
struct Content {
    fault: Fault,
    detail: Option<String>,
    errors: Vec<FieldProblem>,
    retry_after_s: Option<u32>,
    extra: Option<(http::HeaderName, HeaderValue)>,
    cause: Option<Arc<dyn Error + Send + Sync>>,
    lacks: Option<Capability>,
    told: Option<Told>,
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let retry_after_s = matches!(fault, Fault::Busy | Fault::Unavailable).then_some(1);
        Self(Box::new(Content {
            fault,
            detail: None,
            errors: Vec::new(),
            retry_after_s,
            extra: None,
            cause: None,
            lacks: None,
            told: None,
        }))
    }
}

impl Problem {
    /// What went wrong.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.0.fault
    }

    /// What more there is to say, in English.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The fields that are not as they must be.
    #[must_use]
    pub fn errors(&self) -> &[FieldProblem] {
        &self.0.errors
    }

    /// The capability that a plugin was not granted.
    pub(crate) fn lacks(&self) -> Option<Capability> {
        self.0.lacks
    }

    /// The refusal in the words of the pages.
    pub(crate) fn told(&self) -> Option<&Told> {
        self.0.told.as_ref()
    }

    /// The cause, for the log alone.
    pub(crate) fn cause(&self) -> Option<&(dyn Error + Send + Sync)> {
        self.0.cause.as_deref()
    }

    /// Adds what more there is to say to the caller.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds what the pages say about it, where they have words of their own.
    #[must_use]
    pub(crate) fn telling(mut self, told: impl Into<Option<Told>>) -> Self {
        if let Some(told) = told.into() {
            self.0.told = Some(told);
        }
        self
    }

    /// Puts another fault in the place of its own; the rest stays.
    #[must_use]
    pub(crate) fn instead(mut self, fault: Fault) -> Self {
        self.0.fault = fault;
        self
    }

    /// Adds several fields.
    #[must_use]
    pub(crate) fn at_all(mut self, fields: impl IntoIterator<Item = FieldProblem>) -> Self {
        self.0.errors.extend(fields);
        self
    }

    /// Adds a field.
    #[must_use]
    pub fn at(mut self, field: FieldProblem) -> Self {
        self.0.errors.push(field);
        self
    }

    /// Puts the pointers of its fields below a place.
    #[must_use]
    pub fn below(mut self, place: &str) -> Self {
        for field in &mut self.0.errors {
            field.pointer.insert_str(0, place);
        }
        self
    }

    /// Adds the cause, for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Arc::new(cause));
        self
    }

    /// Says when to come again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// Says of no moment to come again: nothing changes by itself.
    #[must_use]
    pub(crate) fn not_again(mut self) -> Self {
        self.0.retry_after_s = None;
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: http::HeaderName, value: HeaderValue) -> Self {
        self.0.extra = Some((name, value));
        self
    }

    /// A parameter of the address that is not understood.
    #[must_use]
    pub fn parameter(name: &str, message: impl Into<String>) -> Self {
        let name: String = name.chars().take(tiwizi_model::limits::ECHO_CHARS_MAX).collect();
        Self::from(Fault::Parameter).at(FieldProblem::new(name, "bad-parameter", message))
    }

    /// A field of the body that is not as it must be.
    #[must_use]
    pub fn field(pointer: &str, code: &str, message: impl Into<String>) -> Self {
        Self::from(Fault::Invalid).at(FieldProblem::new(pointer, code, message))
    }

    /// Something that broke on this side.
    #[must_use]
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::from(Fault::Internal).because(cause)
    }

    /// The JSON that goes out.
    #[must_use]
    pub fn to_json(&self, request_id: &str) -> Vec<u8> {
        let body = ProblemBody {
            kind: format!("urn:tiwizi:problem:{}", self.0.fault.code()),
            title: self.0.fault.title(),
            status: self.0.fault.status().as_u16(),
            code: self.0.fault.code(),
            detail: self.detail(),
            request_id,
            errors: &self.0.errors,
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }

    /// The headers that belong to it.
    pub(crate) fn put_headers(&self, headers: &mut http::HeaderMap) {
        if let Some(seconds) = self.0.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.0.fault.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"tiwizi\""));
        }
        if let Some((name, value)) = &self.0.extra {
            headers.insert(name, value.clone());
        }
    }
}

/// The status that a plugin chose for its page; the host has judged it.
pub(crate) fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY)
}

impl Fault {
    /// The first fault with that status; for answers of axum's own, which come without one.
    fn with_status(status: StatusCode) -> Self {
        let fault = Self::ALL.iter().copied().find(|fault| fault.status() == status);
        fault.unwrap_or(if status.is_client_error() { Self::Malformed } else { Self::Internal })
    }
}

/// Gives an answer that says only that something is wrong its problem: axum's own refusals come as plain text.
pub(crate) fn of_bare(response: &Response) -> Option<Problem> {
    let status = response.status();
    let is_wrong = status.is_client_error() || status.is_server_error();
    let media_type = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_bare = media_type.is_none_or(|media_type| media_type.starts_with(b"text/plain"));
    (is_wrong && is_bare).then(|| Fault::with_status(status).into())
}

impl IntoResponse for Problem {
    /// An empty answer that carries the problem to the edge, which renders it.
    fn into_response(self) -> Response {
        let mut response = self.0.fault.status().into_response();
        self.put_headers(response.headers_mut());
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_fault_has_its_own_code_and_an_error_status() {
        let codes: BTreeSet<&str> = Fault::ALL.iter().map(|fault| fault.code()).collect();
        assert_eq!(codes.len(), Fault::ALL.len());
        assert!(Fault::ALL.iter().all(|fault| fault.status().as_u16() >= 400));
    }

    #[test]
    fn a_hook_that_failed_is_named_and_one_that_refuses_keeps_its_words() {
        let plugin: tiwizi_model::PluginId = "watch".parse().unwrap();
        let failure = tiwizi_records::HookFailure {
            plugin: plugin.clone(),
            hook: "capital".to_owned(),
            reason: "it crashed at 0x7f".to_owned(),
            retry_after_s: 30,
        };
        let failed = Problem::from(tiwizi_records::WriteError::Hook(failure));
        let text = String::from_utf8(failed.to_json("id")).unwrap();
        assert_eq!((failed.fault().status().as_u16(), failed.fault().code()), (503, "hook-failed"));
        assert!(text.contains("watch") && !text.contains("0x7f"), "{text}");
        let fault = tiwizi_records::FieldError::of_field("capital_mad", "capital-too-low".to_owned(), "trop bas");
        let fields = vec![tiwizi_records::FieldError { said_by: Some(plugin), ..fault }];
        let refused = Problem::from(tiwizi_records::WriteError::Invalid { position: 0, fields });
        assert_eq!(refused.fault(), Fault::Invalid);
        assert_eq!(refused.errors(), [FieldProblem::new("/capital_mad", "capital-too-low", "trop bas")]);
    }

    #[test]
    fn a_plugin_that_could_not_be_loaded_is_not_asked_again_by_itself() {
        let off = |state| tiwizi_host::CallError::Off { plugin: "watch".parse().unwrap(), state, retry_after: Some(4) };
        let retry_after = |problem: &Problem| {
            let mut headers = http::HeaderMap::new();
            problem.put_headers(&mut headers);
            headers.get(header::RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned())
        };
        let unloaded = Problem::from(off(tiwizi_host::PluginState::Unloaded));
        assert_eq!((unloaded.fault().status().as_u16(), retry_after(&unloaded)), (503, None));
        assert!(unloaded.detail().unwrap().contains("could not be loaded"), "{unloaded:?}");
        let quarantined = Problem::from(off(tiwizi_host::PluginState::Quarantined));
        assert_eq!(retry_after(&quarantined).as_deref(), Some("4"));
    }

    #[test]
    fn a_record_that_may_be_the_same_is_named_with_the_reason() {
        let id = tiwizi_model::RecordId(uuid::Uuid::from_u128(7));
        let fault = tiwizi_records::FieldError::of_field("confirm_distinct", "duplicate-likely", "name 100, commune");
        let reasons = vec!["name 100".to_owned(), "commune".to_owned()];
        let fields = vec![tiwizi_records::FieldError { record: Some(id), reasons, ..fault }];
        let refused = Problem::from(tiwizi_records::WriteError::Alike { position: 0, fields });
        assert_eq!((refused.fault().status().as_u16(), refused.fault().code()), (409, "duplicate"));
        let text = String::from_utf8(refused.to_json("id")).unwrap();
        assert!(text.contains(&id.to_string()) && text.contains("name 100, commune"), "{text}");
        assert!(text.contains(r#""reasons":["name 100","commune"]"#), "{text}");
        let other = String::from_utf8(Problem::field("/a", "b", "c").to_json("id")).unwrap();
        assert!(!other.contains(r#""record""#) && !other.contains("reasons"), "{other}");
    }

    #[test]
    fn p21_a_disk_that_is_nearly_full_is_named() {
        let full = Problem::from(tiwizi_records::WriteError::Disk(tiwizi_storage::NearlyFull));
        assert_eq!((full.fault().status().as_u16(), full.fault().code()), (507, "storage-full"));
        assert!(full.detail().unwrap().contains("nearly full"), "{full:?}");
    }

    #[test]
    fn a_cause_never_goes_out() {
        let problem = Problem::internal(std::io::Error::other("SELECT secret FROM account"));
        let text = String::from_utf8(problem.to_json("id")).unwrap();
        assert!(!text.contains("SELECT"), "{text}");
        assert!(text.contains(r#""code":"internal""#));
    }
}
