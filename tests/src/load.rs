//! A load generator: keep-alive connections that ask as fast as they are answered.
//!
//! It is as thin as HTTP/1.1 allows, so that on a small machine the server is measured and not the client. It reads
//! answers with a length and chunked ones; it follows nothing and checks nothing but the status.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::stopwatch::Stopwatch;

const ANSWER_BYTES_MAX: usize = 16 << 20;
const READ_BYTES: usize = 16 << 10;

/// An answer, as far as a measurement needs it.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The header's lines.
    pub head: String,
    /// The body as it came over the wire, chunk marks taken out.
    pub body: Vec<u8>,
    /// All bytes of the answer.
    pub wire_bytes: usize,
}

/// One keep-alive connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// Builds a request.
#[must_use]
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

/// Builds the request of a form, as a page or a program with a token sends it.
#[must_use]
pub fn form(path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Vec<u8> {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let body = pairs.join("&");
    let mut text = format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/html\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let length = body.len();
    text.push_str(&format!(
        "content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
    ));
    text.into_bytes()
}

/// A text as an address and a form carry it.
#[must_use]
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

impl Reply {
    /// A header's value, in small letters; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        header(&self.head, name).unwrap_or_default()
    }
}

impl Connection {
    /// Connects to `http://HOST:PORT` or `HOST:PORT`.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn open(address: &str) -> anyhow::Result<Self> {
        let address = address.trim_start_matches("http://");
        let stream = TcpStream::connect(address).await.with_context(|| format!("could not connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(READ_BYTES) })
    }

    /// Sends one request and reads its answer.
    ///
    /// # Errors
    /// When the connection breaks or the answer is not HTTP/1.1.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Reply> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head_end = self.fill_until(|buffer| find(buffer, b"\r\n\r\n")).await?;
        let head = String::from_utf8_lossy(self.buffer.get(..head_end).unwrap_or_default()).to_ascii_lowercase();
        let status = head.get(9..12).and_then(|code| code.parse().ok()).context("not an HTTP answer")?;
        let start = head_end + 4;
        let body = if let Some(length) = header(&head, "content-length") {
            let length: usize = length.parse()?;
            ensure!(length <= ANSWER_BYTES_MAX, "an answer of {length} bytes");
            self.fill_until(|buffer| (buffer.len() >= start + length).then_some(start + length)).await?;
            self.buffer.get(start..start + length).unwrap_or_default().to_vec()
        } else if header(&head, "transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
            self.chunks(start).await?
        } else {
            Vec::new()
        };
        Ok(Reply { status, head, body, wire_bytes: self.buffer.len() })
    }

    async fn chunks(&mut self, mut at: usize) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line_end = self.fill_until(|buffer| find(buffer.get(at..)?, b"\r\n").map(|end| at + end)).await?;
            let line = String::from_utf8_lossy(self.buffer.get(at..line_end).unwrap_or_default()).into_owned();
            let length = usize::from_str_radix(line.trim(), 16).context("not a chunk")?;
            let start = line_end + 2;
            ensure!(start + length <= ANSWER_BYTES_MAX, "an endless answer");
            self.fill_until(|buffer| (buffer.len() >= start + length + 2).then_some(0)).await?;
            if length == 0 {
                return Ok(body);
            }
            body.extend_from_slice(self.buffer.get(start..start + length).unwrap_or_default());
            at = start + length + 2;
        }
    }

    /// Reads until the test finds what it wants.
    async fn fill_until(&mut self, mut found: impl FnMut(&[u8]) -> Option<usize>) -> anyhow::Result<usize> {
        loop {
            if let Some(place) = found(&self.buffer) {
                return Ok(place);
            }
            ensure!(self.buffer.len() <= ANSWER_BYTES_MAX, "an endless answer");
            self.buffer.reserve(READ_BYTES);
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the connection was closed");
            }
        }
    }
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    bytes.windows(mark.len()).position(|window| window == mark)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
}

/// What came of a load.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Answers with a status below 400.
    pub answered: u64,
    /// Other answers.
    pub refused: u64,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// How long each answer took, in order of size.
    pub waits: Vec<Duration>,
}

impl Outcome {
    /// Good answers a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
        let answered = self.answered as f64;
        answered / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The wait that this share of answers kept below, in thousandths: 990 is p99.
    #[must_use]
    pub fn wait(&self, thousandths: usize) -> Duration {
        let place = (self.waits.len() * thousandths / 1000).min(self.waits.len().saturating_sub(1));
        self.waits.get(place).copied().unwrap_or_default()
    }
}

/// A load: so many connections, for so long, each asking what `next` gives it.
///
/// # Errors
/// When a connection breaks.
pub async fn run<F>(address: &str, connections: usize, duration: Duration, next: F) -> anyhow::Result<Outcome>
where
    F: Fn(usize, u64) -> Vec<u8> + Send + Sync + 'static,
{
    paced(address, connections, duration, Duration::ZERO, next).await
}

/// The same with a pause of each connection after each answer.
///
/// # Errors
/// When a connection breaks.
pub async fn paced<F>(
    address: &str,
    connections: usize,
    duration: Duration,
    pause: Duration,
    next: F,
) -> anyhow::Result<Outcome>
where
    F: Fn(usize, u64) -> Vec<u8> + Send + Sync + 'static,
{
    let next = Arc::new(next);
    let watch = Stopwatch::start();
    let mut clients = JoinSet::new();
    for number in 0..connections {
        let (next, address) = (Arc::clone(&next), address.to_owned());
        clients.spawn(async move { one(&address, number, (duration, pause), &*next).await });
    }
    let mut outcome = joined(clients).await?;
    outcome.elapsed = watch.elapsed();
    Ok(outcome)
}

/// What is asked of the server at fixed moments, however long its answers take: so many requests a second over so many connections. An
/// answer's wait counts from the moment at which its request was due, so a server that falls behind does not hide it.
///
/// # Errors
/// When a connection breaks.
pub async fn steady<F>(
    address: &str,
    connections: usize,
    per_second: u32,
    duration: Duration,
    next: F,
) -> anyhow::Result<Outcome>
where
    F: Fn(u64) -> Vec<u8> + Send + Sync + 'static,
{
    let (next, taken) = (Arc::new(next), Arc::new(AtomicU64::new(0)));
    let pace = Duration::from_secs(1) / per_second.max(1);
    let start = tokio::time::Instant::now();
    let watch = Stopwatch::start();
    let mut clients = JoinSet::new();
    for _ in 0..connections {
        let (next, taken) = (Arc::clone(&next), Arc::clone(&taken));
        let mut connection = Connection::open(address).await?;
        clients.spawn(async move {
            let mut outcome = Outcome::default();
            loop {
                let turn = taken.fetch_add(1, Ordering::Relaxed);
                let due = start + pace.saturating_mul(u32::try_from(turn).unwrap_or(u32::MAX));
                if due >= start + duration {
                    return anyhow::Ok(outcome);
                }
                tokio::time::sleep_until(due).await;
                let reply = connection.exchange(&next(turn)).await?;
                outcome.waits.push(tokio::time::Instant::now() - due);
                if reply.status < 400 {
                    outcome.answered += 1;
                } else {
                    outcome.refused += 1;
                }
            }
        });
    }
    let mut outcome = joined(clients).await?;
    outcome.elapsed = watch.elapsed();
    Ok(outcome)
}

/// What all clients saw together.
async fn joined(mut clients: JoinSet<anyhow::Result<Outcome>>) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::default();
    while let Some(part) = clients.join_next().await {
        let part = part??;
        outcome.answered += part.answered;
        outcome.refused += part.refused;
        outcome.waits.extend(part.waits);
    }
    outcome.waits.sort_unstable();
    Ok(outcome)
}

async fn one(
    address: &str,
    number: usize,
    (duration, pause): (Duration, Duration),
    next: &(impl Fn(usize, u64) -> Vec<u8> + Sync),
) -> anyhow::Result<Outcome> {
    let mut connection = Connection::open(address).await?;
    let mut outcome = Outcome::default();
    let whole = Stopwatch::start();
    for turn in 0.. {
        if whole.elapsed() >= duration {
            break;
        }
        let request = next(number, turn);
        let watch = Stopwatch::start();
        let reply = connection.exchange(&request).await?;
        outcome.waits.push(watch.elapsed());
        if reply.status < 400 {
            outcome.answered += 1;
        } else {
            outcome.refused += 1;
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
    Ok(outcome)
}
