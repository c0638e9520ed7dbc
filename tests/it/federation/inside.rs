//! Does the address of a peer lead into no network that it has no business in? The list is that of plugins (P22).

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::client::text;

use super::evil::{Evil, free_place};
use super::house::{House, Root};

/// Hosts that are written out, in every spelling. None of them may be dialled.
const HOSTS: [&str; 25] = [
    "127.0.0.1",
    "127.8.8.8",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "198.18.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[64:ff9b::7f00:1]",
];
/// Names that lead to this machine, by its own file of hosts.
const NAMES: [&str; 3] = ["localhost", "localhost.", "LOCALHOST"];
/// How often the region is served until it has tried all of them, and how long each time.
const ROUNDS: usize = 15;
const ROUND: Duration = Duration::from_millis(2_000);

/// A server that should never be asked, and how often it was.
struct Trap {
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl Trap {
    /// It answers everybody so.
    fn start(answer: String) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let asked: Arc<AtomicUsize> = Arc::default();
        let counted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let mut head = [0; 4_096];
                // Whoever hangs up meanwhile was counted.
                drop(stream.read(&mut head).and_then(|_| stream.write_all(answer.as_bytes())));
            }
        });
        Ok(Self { port, asked })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A region whose peers say that they are at these addresses, served until it has an error of each; the errors by address.
async fn tried(urls: &[String], private: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let root = Root::new()?;
    let mut region = House::new("09.541", None, &root)?;
    let ending = region.enrol(&root, &region.request("request")?, &region.fingerprint())?;
    ensure!(ending.code == Some(0), "{ending:?}");
    let mut nodes = BTreeMap::new();
    for (number, url) in (10_u8..).zip(urls) {
        let peer = Evil::new(number, Some(url))?;
        peer.enrol(&region, &root)?;
        nodes.insert(peer.node.to_string(), url.clone());
    }
    let variables = [("TIWIZI_FEDERATION_ROOT", root.key.clone()), ("TIWIZI_FEDERATION_PRIVATE", private.to_owned())];
    let mut errors = BTreeMap::new();
    for _ in 0..ROUNDS {
        region.instance.serve_at(&free_place()?, &variables)?;
        tokio::time::sleep(ROUND).await;
        region.instance.stop()?;
        let peers = region.command("peer list --json").succeed()?.json()?;
        for peer in peers.get("peers").and_then(Value::as_array).into_iter().flatten() {
            let url = nodes.get(&text(peer, "/node")).context("a peer that was enrolled")?;
            let error = text(peer, "/error");
            if !error.is_empty() {
                errors.insert(url.clone(), error);
            }
        }
        if errors.len() == urls.len() {
            break;
        }
    }
    Ok(errors)
}

#[tokio::test]
async fn f16_no_spelling_of_an_inner_address_is_dialled() -> anyhow::Result<()> {
    let trap = Trap::start("HTTP/1.1 204 No Content\r\n\r\n".to_owned())?;
    let hosts = HOSTS.iter().chain(&NAMES);
    let mut urls: Vec<String> = hosts.map(|host| format!("http://{host}:{}", trap.port)).collect();
    // Who seems to be meant and who is.
    urls.push(format!("http://good.example@127.0.0.1:{}", trap.port));
    let errors = tried(&urls, "[]").await?;
    for url in &urls {
        let error = errors.get(url).with_context(|| format!("{url} was not tried"))?;
        // Not every resolver knows every spelling of a name.
        let is_name = NAMES.iter().any(|name| url.starts_with(&format!("http://{name}:")));
        ensure!(error == "address" || is_name && error == "name", "{url}: {error}");
    }
    ensure!(trap.asked() == 0, "somebody was asked");
    Ok(())
}

#[tokio::test]
async fn f16_what_is_allowed_opens_nothing_else() -> anyhow::Result<()> {
    let trap = Trap::start("HTTP/1.1 204 No Content\r\n\r\n".to_owned())?;
    // One network is the office's own; the others are not opened with it.
    let allowed = format!("http://127.0.0.1:{}", trap.port);
    let others = ["10.0.0.1", "169.254.169.254", "[::1]", "192.168.0.1"];
    let mut urls: Vec<String> = others.iter().map(|host| format!("http://{host}:{}", trap.port)).collect();
    urls.push(allowed.clone());
    let errors = tried(&urls, "[\"127.0.0.0/8\"]").await?;
    for (url, error) in &errors {
        ensure!((error == "address") == (*url != allowed), "{url}: {error}");
    }
    ensure!(errors.len() == urls.len() && trap.asked() > 0, "{errors:?}");
    Ok(())
}

#[tokio::test]
async fn f16_no_peer_leads_elsewhere() -> anyhow::Result<()> {
    let inner = Trap::start("HTTP/1.1 204 No Content\r\n\r\n".to_owned())?;
    let mut gates = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        for target in [format!("127.0.0.1:{}", inner.port), "169.254.169.254".to_owned()] {
            let head =
                format!("HTTP/1.1 {status} Moved\r\nlocation: http://{target}/fed/v1\r\ncontent-length: 0\r\n\r\n");
            gates.push(Trap::start(head)?);
        }
    }
    let urls: Vec<String> = gates.iter().map(|gate| format!("http://127.0.0.1:{}", gate.port)).collect();
    let errors = tried(&urls, "[\"127.0.0.0/8\"]").await?;
    ensure!(errors.len() == urls.len(), "{errors:?}");
    ensure!(gates.iter().all(|gate| gate.asked() > 0), "a gate was not asked");
    ensure!(inner.asked() == 0, "somebody followed");
    Ok(())
}
