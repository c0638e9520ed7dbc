//! The accept loop, over real sockets on loopback.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::house::House;
use crate::{App, Settings, serve};

struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<()>,
    /// What an upload that was cut off left.
    left: PathBuf,
    _directory: tempfile::TempDir,
}

/// Serves an instance with room for so many connections.
async fn served(connections_max: usize) -> Served {
    let house = House::build().await;
    let (settings, directory) = house.take_apart().await;
    let app = App::open(Settings { connections_max, ..settings }).await.unwrap();
    let left = app.settings.data.join("imports").join("half");
    std::fs::write(&left, "half").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    #[expect(clippy::disallowed_methods, reason = "the test holds the server's own loop")]
    let ended = tokio::spawn(serve(app, listener, async move { drop(stopped.await) }));
    Served { address, stop, ended, left, _directory: directory }
}

async fn talk(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    read(&mut stream).await
}

async fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset after the answer is an end as well.
    drop(tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await.expect("the server ends"));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn it_clears_up_before_it_serves_and_stops_when_told() {
    let served = served(10).await;
    let answer = talk(served.address, b"GET /health/ready HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(!served.left.exists(), "what a crash left may be cleared while somebody sends a file");
    let idle = TcpStream::connect(served.address).await.unwrap();
    served.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), served.ended).await.unwrap().unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
    drop(idle);
}

#[tokio::test]
async fn a_connection_over_the_cap_is_told_so_at_once() {
    let served = served(2).await;
    let mut kept = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).await.unwrap();
        kept.push(stream);
    }
    let mut late = TcpStream::connect(served.address).await.unwrap();
    assert!(read(&mut late).await.starts_with("HTTP/1.1 503"));
    kept.clear();
    let mut answer = String::new();
    for _ in 0..100 {
        answer = talk(served.address, b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        if answer.starts_with("HTTP/1.1 200") {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn smuggled_requests_are_refused_and_their_connection_is_closed() {
    let served = served(20).await;
    for request in [
        "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx",
        "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nhost: x\r\na: b\r\n c\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nhost : x\r\n\r\n",
        "GET /health/live\u{0} HTTP/1.1\r\nhost: x\r\n\r\n",
    ] {
        let answer = talk(served.address, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{request:?}: {answer}");
    }
}

#[tokio::test]
async fn a_huge_header_is_refused_without_being_kept() {
    let served = served(10).await;
    let request = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "x".repeat(1 << 20));
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    // The server may close before all of it is sent.
    drop(stream.write_all(request.as_bytes()).await);
    let answer = read(&mut stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}
