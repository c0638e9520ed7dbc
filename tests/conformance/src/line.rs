//! The line: requests out, answers in, each answer held to the signature of the one who was asked.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_federation_core::signature::{
    BodyDigest, Lines, Nonce, Offset, Request, Response, SignedResponse, Signer, Stamp, known, verify_response,
};
use tiwizi_federation_core::wire::{KeyRing, NodeId, SigningKey};
use tiwizi_model::Ambient;

/// How often a request is sent again to an instance that asks to come again later, and how long that may take.
const TRIES_MAX: usize = 3;
const AFTER_S_MAX: u64 = 15;
/// An answer that does not come by then is none.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) lines: Lines,
}

impl Answer {
    /// The code of a problem; empty when it is none.
    pub(crate) fn code(&self) -> String {
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        problem.get("code").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Fails unless it is a refusal with that status and that code.
    pub(crate) fn refuses(&self, status: u16, code: &str) -> anyhow::Result<()> {
        self.refuses_as(status, |found| found == code, code)
    }

    /// Fails unless its status is that one and its code begins so.
    pub(crate) fn refuses_like(&self, status: u16, prefix: &str) -> anyhow::Result<()> {
        self.refuses_as(status, |found| found.starts_with(prefix), &format!("{prefix}…"))
    }

    fn refuses_as(&self, status: u16, fits: impl Fn(&str) -> bool, wanted: &str) -> anyhow::Result<()> {
        let (found, code) = (self.status, self.code());
        ensure!(found == status && fits(&code), "{status} {wanted} was expected, not {found} {code}");
        Ok(())
    }

    /// Fails unless it has that status.
    pub(crate) fn is(&self, status: u16) -> anyhow::Result<()> {
        ensure!(self.status == status, "{status} was expected, not {} {}", self.status, self.code());
        Ok(())
    }

    /// Fails unless it holds something of that type.
    pub(crate) fn is_of(&self, media_type: &str) -> anyhow::Result<()> {
        let found = self.lines.value("content-type").unwrap_or_default();
        ensure!(found == media_type, "the type {media_type} was expected, not {found:?}");
        Ok(())
    }
}

/// Who was met at the other end.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) node: NodeId,
    pub(crate) ring: KeyRing,
}

/// What was seen of the signatures of answers.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    /// Answers that had to be signed and were.
    pub(crate) good: usize,
    /// What was wrong with the others.
    pub(crate) wrong: Vec<String>,
    /// Refusals that are no problem of RFC 9457, and empty answers with a type.
    pub(crate) odd: Vec<String>,
}

/// The line.
#[derive(Debug)]
pub(crate) struct Line {
    http: reqwest::Client,
    base: String,
    pub(crate) authority: String,
    pub(crate) ambient: Ambient,
    target: Mutex<Option<Target>>,
    seen: Mutex<Seen>,
}

impl Line {
    /// A line to an address of plain HTTP.
    pub(crate) fn open(url: &str, authority: Option<&str>) -> anyhow::Result<Self> {
        // Where the whole workspace is built together, reqwest speaks TLS and wants its cryptography to be chosen.
        drop(tokio_rustls::rustls::crypto::ring::default_provider().install_default());
        let base = url.trim_end_matches('/').to_owned();
        let place = base.strip_prefix("http://").context("the kit speaks plain HTTP: http://HOST:PORT")?;
        let authority = authority.unwrap_or(place).to_owned();
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        let http = http.timeout(ANSWER_MAX).build()?;
        let (target, seen) = (Mutex::default(), Mutex::default());
        Ok(Self { http, base, authority, ambient: Ambient::system(), target, seen })
    }

    /// From now on answers are held to this one's keys.
    pub(crate) fn met(&self, target: Target) {
        *self.target.lock().unwrap_or_else(PoisonError::into_inner) = Some(target);
    }

    pub(crate) fn target(&self) -> anyhow::Result<Target> {
        self.target.lock().unwrap_or_else(PoisonError::into_inner).clone().context("nobody was met yet")
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A request that is not signed yet.
    pub(crate) fn request(&self, method: &str, address: &str, body: &[u8]) -> Request {
        let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
        Request {
            method: method.to_owned(),
            authority: self.authority.clone(),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            lines: Lines::default(),
            body: BodyDigest::of(body),
        }
    }

    /// Signs a request as it should be, by a clock that is so far from ours.
    pub(crate) fn sign(&self, by: Signer<'_>, request: Request, offset_ms: i64) -> anyhow::Result<Request> {
        stamped(by, request, &Stamp::new(&self.ambient, Offset { ms: offset_ms }))
    }

    /// Signs a request with a nonce that was asked for, by a clock that is so far from ours.
    pub(crate) fn answering(
        &self,
        by: Signer<'_>,
        request: Request,
        nonce: Nonce,
        offset_ms: i64,
    ) -> anyhow::Result<Request> {
        stamped(by, request, &Stamp::answering(nonce, &self.ambient, Offset { ms: offset_ms }))
    }

    /// Sends a request as it stands, and once more when it is to come again later.
    pub(crate) async fn send(&self, request: &Request, body: &[u8]) -> anyhow::Result<Answer> {
        for _ in 1..TRIES_MAX {
            let answer = self.send_once(request, body).await?;
            let after = answer.lines.value("retry-after").and_then(|after| after.parse::<u64>().ok());
            match after.filter(|_| answer.status == 429) {
                Some(after) => tokio::time::sleep(Duration::from_secs(after.min(AFTER_S_MAX))).await,
                None => return Ok(answer),
            }
        }
        self.send_once(request, body).await
    }

    /// Sends a request as it stands.
    pub(crate) async fn send_once(&self, request: &Request, body: &[u8]) -> anyhow::Result<Answer> {
        let query = request.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
        let url = format!("{}{}{query}", self.base, request.path);
        let mut sent = self.http.request(request.method.parse()?, url).body(body.to_vec());
        sent = sent.header("host", &request.authority);
        for (name, value) in request.lines.iter() {
            sent = sent.header(name, value);
        }
        let came = sent.send().await?;
        let status = came.status().as_u16();
        let lines: Vec<(String, String)> = came
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let lines = Lines::read(lines.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
        let answer = Answer { status, body: came.bytes().await?.to_vec(), lines };
        self.look(request, &answer);
        Ok(answer)
    }

    /// Holds an answer to the instance that should have given it.
    pub(crate) fn believe(&self, request: &Request, answer: &Answer) -> anyhow::Result<SignedResponse> {
        let target = self.target()?;
        let response =
            Response { status: answer.status, lines: answer.lines.clone(), body: BodyDigest::of(&answer.body) };
        Ok(verify_response(&response, request, &target.node, |keyid| known(&target.ring, keyid))?)
    }

    /// Notes what is wrong with the outside of an answer.
    fn look(&self, request: &Request, answer: &Answer) {
        if self.target().is_err() {
            return;
        }
        let what = || format!("{} {}: {} {}", request.method, request.path, answer.status, answer.code());
        let believed = self.believe(request, answer);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let must = request.lines.value("signature").is_some() && !may_be_unsigned(answer);
        match believed {
            Ok(_) => seen.good = seen.good.saturating_add(1),
            Err(error) if must => seen.wrong.push(format!("{}: {error:#}", what())),
            Err(_) => {}
        }
        let is_refusal = answer.status >= 400 && !is_position(answer);
        let is_problem = answer.is_of("application/problem+json").is_ok() && !answer.code().is_empty();
        let is_empty = answer.body.is_empty();
        if (is_refusal && !is_problem) || (is_empty && answer.lines.value("content-type").is_some()) {
            seen.odd.push(what());
        }
    }
}

fn stamped(by: Signer<'_>, request: Request, stamp: &Stamp) -> anyhow::Result<Request> {
    Ok(by.sign_request(request, stamp, &[])?)
}

/// What the protocol lets be unsigned.
fn may_be_unsigned(answer: &Answer) -> bool {
    let code = answer.code();
    // What a signature cannot be bound to is nothing to answer with one either.
    let codes = ["flood", "not-found", "bad-parameter", "body-too-large", "signature-field", "signature-missing"];
    codes.contains(&code.as_str()) || answer.status == 503 || answer.status == 408 || answer.status == 405
}

fn is_position(answer: &Answer) -> bool {
    answer.is_of("application/vnd.tiwizi.position.v1+cbor").is_ok()
}

/// Who signs for the tester, or in the place of it.
pub(crate) fn signer<'a>(keyid: &'a str, key: &'a SigningKey) -> Signer<'a> {
    Signer { keyid, key }
}
