//! Does a flood, or a server that behaves badly, harm nobody but itself?

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::{StreamExt as _, stream};
use serde_json::Value;
use tiwizi_tests::client::text;

use super::evil::{Evil, free_place, send};
use super::house::{House, Root};
use super::signatures::Served;

/// Requests of the flood.
const REQUESTS: usize = 10_000;
/// How many are under way at once.
const AT_ONCE: usize = 50;

#[tokio::test]
async fn f01_ten_thousand_strangers_are_told_to_wait_and_a_peer_from_the_same_place_is_answered() -> anyhow::Result<()>
{
    let served = Served::new()?;
    let unsigned = served.evil.request(&served.place, "GET", "/fed/v1", b"");
    let answers = stream::iter(0..REQUESTS).map(|_| send(&unsigned, b"")).buffer_unordered(AT_ONCE);
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    let answers: Vec<_> = answers.collect().await;
    for answer in answers {
        *statuses.entry(answer?.status).or_default() += 1;
    }
    let waits = statuses.get(&429).copied().unwrap_or_default();
    ensure!(statuses.keys().all(|status| [401, 429].contains(status)), "{statuses:?}");
    ensure!(waits > REQUESTS / 2, "{statuses:?}");
    ensure!(served.evil.hello(&served.place).await?.directory > 0, "a peer is answered");
    Ok(())
}

/// How a server misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manners {
    /// It leads elsewhere.
    Redirect,
    /// Its answer never ends.
    Endless,
    /// It answers something else.
    Html,
    /// Its answer is nested without end.
    Deep,
    /// It says one byte and hangs up.
    HangUp,
}

/// A server with such manners, and how often it, and where it leads, was asked.
struct Bad {
    place: String,
    asked: Arc<AtomicUsize>,
    led: Arc<AtomicUsize>,
}

impl Bad {
    fn start(manners: Manners) -> anyhow::Result<Self> {
        let (listener, elsewhere) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
        let (place, other) = (listener.local_addr()?.to_string(), elsewhere.local_addr()?.to_string());
        let (asked, led): (Arc<AtomicUsize>, Arc<AtomicUsize>) = Default::default();
        let (counted, counted_led) = (Arc::clone(&asked), Arc::clone(&led));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let other = other.clone();
                std::thread::spawn(move || drop(misbehave(stream, manners, &other)));
            }
        });
        std::thread::spawn(move || {
            for _ in elsewhere.incoming().flatten() {
                counted_led.fetch_add(1, Ordering::SeqCst);
            }
        });
        Ok(Self { place, asked, led })
    }
}

fn misbehave(mut stream: TcpStream, manners: Manners, other: &str) -> std::io::Result<()> {
    let mut head = [0; 4_096];
    let read = stream.read(&mut head)?;
    if read == 0 {
        return Ok(());
    }
    let body = |kind: &str, body: &str| {
        format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
    match manners {
        Manners::Redirect => {
            let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://{other}/fed/v1\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes())
        }
        Manners::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10737418240\r\n\r\n")?;
            let piece = [b'x'; 64 << 10];
            // Until the other side hangs up.
            while stream.write_all(&piece).is_ok() {}
            Ok(())
        }
        Manners::Html => stream.write_all(body("text/html", "<h1>Welcome to the network</h1>").as_bytes()),
        Manners::Deep => stream.write_all(body("application/problem+json", &"[".repeat(100_000)).as_bytes()),
        Manners::HangUp => stream.write_all(b"H"),
    }
}

/// A region whose one peer is at that address, served until it has called there, and stopped again.
async fn called(url: &str, private: &str, until: impl Fn() -> bool) -> anyhow::Result<Value> {
    let (root, place) = (Root::new()?, free_place()?);
    let mut region = House::new("09.541", None, &root)?;
    let ending = region.enrol(&root, &region.request("request")?, &region.fingerprint())?;
    ensure!(ending.code == Some(0), "{ending:?}");
    Evil::new(3, Some(url))?.enrol(&region, &root)?;
    let variables = [("TIWIZI_FEDERATION_ROOT", root.key.clone()), ("TIWIZI_FEDERATION_PRIVATE", private.to_owned())];
    region.instance.serve_at(&place, &variables)?;
    let client = region.instance.visitor()?;
    for _ in 0..600 {
        let live = client.get("/health/live").await?;
        ensure!(live.status == 200, "the region lives");
        if until() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // What it came to is written down a moment later.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    region.instance.stop()?;
    let peers = region.command("peer list --json").succeed()?.json()?;
    peers.pointer("/peers/0").cloned().context("the region has a peer")
}

#[tokio::test]
async fn f11_a_server_that_misbehaves_is_left_alone_and_tried_again_later() -> anyhow::Result<()> {
    for manners in [Manners::Redirect, Manners::Endless, Manners::Html, Manners::Deep, Manners::HangUp] {
        let bad = Bad::start(manners)?;
        let asked = Arc::clone(&bad.asked);
        let url = format!("http://{}", bad.place);
        let peer = called(&url, "[\"127.0.0.0/8\"]", || asked.load(Ordering::SeqCst) > 0).await?;
        ensure!(!text(&peer, "/error").is_empty(), "{manners:?}: {peer}");
        ensure!(bad.asked.load(Ordering::SeqCst) < 20, "{manners:?}: it waits longer each time");
        ensure!(bad.led.load(Ordering::SeqCst) == 0, "{manners:?}: nobody follows where it leads");
    }
    Ok(())
}

#[tokio::test]
async fn f16_an_address_within_is_not_asked() -> anyhow::Result<()> {
    let bad = Bad::start(Manners::Html)?;
    let port = bad.place.rsplit(':').next().context("a place has a port")?.to_owned();
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "0.0.0.0"] {
        let peer = called(&format!("http://{host}:{port}"), "[]", || true).await?;
        ensure!(text(&peer, "/error") == "address", "{host}: {peer}");
    }
    ensure!(bad.asked.load(Ordering::SeqCst) == 0, "somebody was asked");
    Ok(())
}
