//! A client of the HTTP interface: a browser's session or a program's token.

use anyhow::{Context as _, ensure};
use reqwest::{Method, RequestBuilder, header};
use serde_json::{Value, json};

/// The session's cookie. It is `Secure`, so no HTTP library sends it over plain HTTP by itself: this client does.
const COOKIE: &str = "__Host-tiwizi";

/// A member of a value, by its pointer; null when it is not there.
#[must_use]
pub fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

/// A member of a value, by its pointer, as text: numbers too. Empty when it is not there.
#[must_use]
pub fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Its headers.
    pub headers: header::HeaderMap,
    /// Its body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON; null when it is not.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// A member of the JSON body, by its pointer, as text: numbers too.
    #[must_use]
    pub fn at(&self, pointer: &str) -> String {
        text(&self.json(), pointer)
    }

    /// The rows of a list.
    #[must_use]
    pub fn items(&self) -> Vec<Value> {
        self.json().pointer("/items").and_then(Value::as_array).cloned().unwrap_or_default()
    }

    /// A header as text; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// This answer, if it has that status.
    ///
    /// # Errors
    /// When it has another; the message holds the body.
    pub fn expect(self, status: u16) -> anyhow::Result<Self> {
        ensure!(self.status == status, "{status} was expected, not {}: {}", self.status, self.text);
        Ok(self)
    }

    /// This answer, if it is a problem with that status and code.
    ///
    /// # Errors
    /// When it is not, or carries no request id.
    pub fn expect_problem(self, status: u16, code: &str) -> anyhow::Result<Self> {
        let answer = self.expect(status)?;
        ensure!(answer.at("/code") == code, "the code {code} was expected: {}", answer.text);
        ensure!(!answer.at("/request_id").is_empty(), "a problem without a request id: {}", answer.text);
        ensure!(answer.header("content-type").starts_with("application/problem+json"), "{:?}", answer.headers);
        Ok(answer)
    }
}

/// A client of plain HTTP, to be set up further. The program that is tested chooses how reqwest does TLS when both are built together,
/// and leaves out the cryptography; it wants some even where no TLS is spoken.
pub fn http() -> reqwest::ClientBuilder {
    drop(tokio_rustls::rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy()
}

/// A client of one instance.
#[derive(Debug, Clone)]
pub struct Client {
    address: String,
    http: reqwest::Client,
    token: Option<String>,
    session: Option<Session>,
}

#[derive(Debug, Clone)]
struct Session {
    secret: String,
    csrf: String,
}

impl Client {
    /// A client that has not signed in.
    ///
    /// # Errors
    /// When the HTTP library cannot be set up.
    pub fn new(address: &str) -> anyhow::Result<Self> {
        let http = http().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { address: address.to_owned(), http, token: None, session: None })
    }

    /// The token that it sends, if it has one.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// A session of that account.
    ///
    /// # Errors
    /// When signing in is refused.
    pub async fn sign_in(&self, email: &str, password: &str) -> anyhow::Result<Self> {
        let body = json!({ "email": email, "password": password });
        let answer = self.send(Method::POST, "/api/v1/session", Some(&body)).await?;
        ensure!(answer.status < 300, "{email} could not sign in: {} {}", answer.status, answer.text);
        let cookies = answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let secret = cookies
            .filter_map(|cookie| cookie.strip_prefix(COOKIE)?.strip_prefix('=')?.split(';').next())
            .next()
            .context("no session cookie was set")?;
        let session = Session { secret: secret.to_owned(), csrf: answer.at("/csrf") };
        Ok(Self { session: Some(session), ..self.clone() })
    }

    /// A session of an account whose first secret may still have to be replaced by a password.
    ///
    /// # Errors
    /// When signing in is refused.
    pub async fn first_sign_in(&self, email: &str, secret: &str, password: &str) -> anyhow::Result<Self> {
        if let Ok(client) = self.sign_in(email, password).await {
            return Ok(client);
        }
        let first = self.sign_in(email, secret).await?;
        let body = json!({ "password": secret, "new_password": password });
        let answer = first.send(Method::POST, "/api/v1/session/password", Some(&body)).await?;
        ensure!(answer.status < 300, "the first password was not taken: {} {}", answer.status, answer.text);
        self.sign_in(email, password).await
    }

    /// A client with a personal token of this session's account.
    ///
    /// # Errors
    /// When no token is given.
    pub async fn with_token(&self, name: &str) -> anyhow::Result<Self> {
        let answer = self.send(Method::POST, "/api/v1/tokens", Some(&json!({ "name": name }))).await?;
        ensure!(answer.status < 300, "no token was given: {} {}", answer.status, answer.text);
        Ok(Self { token: Some(answer.at("/token")), session: None, ..self.clone() })
    }

    /// The same client without its csrf value, as a page of another site would send it.
    #[must_use]
    pub fn without_csrf(&self) -> Self {
        let session = self.session.clone().map(|session| Session { csrf: String::new(), ..session });
        Self { session, ..self.clone() }
    }

    /// Reads an address.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, None).await
    }

    /// Reads an address with a query that has to be encoded.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn send_query(&self, path: &str, query: &[(&str, &str)]) -> anyhow::Result<Answer> {
        read(self.request(Method::GET, path).query(query)).await
    }

    /// Posts JSON.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Posts bytes.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn upload(&self, path: &str, bytes: impl Into<Vec<u8>>) -> anyhow::Result<Answer> {
        let request = self.request(Method::POST, path).header(header::CONTENT_TYPE, "application/octet-stream");
        read(request.body(bytes.into())).await
    }

    /// Gets bytes; what is not answered with 200 is an error.
    ///
    /// # Errors
    /// When the server does not answer, or with something else.
    pub async fn download(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let response = self.request(Method::GET, path).send().await?.error_for_status()?;
        Ok(response.bytes().await?.to_vec())
    }

    /// Sends a form as a page does, with the session's csrf field.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let csrf = self.session.as_ref().map_or("", |session| session.csrf.as_str());
        let mut fields = fields.to_vec();
        if !csrf.is_empty() {
            fields.push(("csrf", csrf));
        }
        read(self.request(Method::POST, path).form(&fields)).await
    }

    /// Sends a form with a file as a browser does, with the session's csrf field before it.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn submit_file(&self, path: &str, field: &str, bytes: &[u8]) -> anyhow::Result<Answer> {
        self.submit_with_file(path, &[], (field, bytes)).await
    }

    /// The same with other fields between the csrf field and the file.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn submit_with_file(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        (field, bytes): (&str, &[u8]),
    ) -> anyhow::Result<Answer> {
        const BOUNDARY: &str = "----a-boundary-of-the-tests";
        let csrf = self.session.as_ref().map_or("", |session| session.csrf.as_str());
        let others: String = [("csrf", csrf)]
            .iter()
            .chain(fields)
            .map(|(name, value)| {
                format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            })
            .collect();
        let head = format!(
            "{others}--{BOUNDARY}\r\n\
             content-disposition: form-data; name=\"{field}\"; filename=\"a.tzp\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        let body = [head.as_bytes(), bytes, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
        let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = self.without_csrf().request(Method::POST, path).header(header::CONTENT_TYPE, media_type);
        read(request.body(body)).await
    }

    /// Sends any request.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Answer> {
        self.send_with(method, path, &[], body).await
    }

    /// Sends any request with further headers.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn send_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        read(request).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.address));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(session) = &self.session {
            request = request.header(header::COOKIE, format!("{COOKIE}={}", session.secret));
            if method != Method::GET && !session.csrf.is_empty() {
                request = request.header("x-csrf-token", &session.csrf);
            }
        }
        request
    }
}

async fn read(request: RequestBuilder) -> anyhow::Result<Answer> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(Answer { status, headers, text: response.text().await? })
}
