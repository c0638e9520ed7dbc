//! A server for the proxy to lead to, and a client that says what it saw.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Answers `GET /N` with N bytes that have a length, `GET /chunked/N` in chunks, and `POST` with the length of what it was sent.
pub(crate) struct Target {
    pub(crate) place: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    _accepts: JoinSet<()>,
}

impl Target {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let mut accepts = JoinSet::new();
        let ear = Arc::clone(&heard);
        accepts.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let ear = Arc::clone(&ear);
                connections.spawn(async move { drop(talk(stream, &ear).await) });
            }
        });
        Self { place, heard, _accepts: accepts }
    }

    /// The requests that arrived whole, byte by byte.
    pub(crate) fn heard(&self) -> Vec<Vec<u8>> {
        self.heard.lock().unwrap().clone()
    }

    /// Their first lines.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |request: &Vec<u8>| String::from_utf8_lossy(request).lines().next().unwrap_or_default().to_owned();
        self.heard().iter().map(line).collect()
    }
}

async fn talk(mut stream: TcpStream, heard: &Mutex<Vec<Vec<u8>>>) -> io::Result<()> {
    let mut came = Vec::new();
    loop {
        let request = loop {
            if let Some(length) = length(&came) {
                break came.drain(..length).collect::<Vec<u8>>();
            }
            if stream.read_buf(&mut came).await? == 0 {
                return Ok(());
            }
        };
        let text = String::from_utf8_lossy(&request).into_owned();
        let path = text.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
        let answer = if let Some(bytes) = path.strip_prefix("chunked/") {
            chunked(&body(bytes.parse().unwrap()))
        } else if text.starts_with("POST") {
            whole(request.len().to_string().as_bytes())
        } else {
            whole(&body(path.parse().unwrap_or_default()))
        };
        heard.lock().unwrap().push(request);
        stream.write_all(&answer).await?;
    }
}

/// How long the first request is, when it has come whole.
fn length(came: &[u8]) -> Option<usize> {
    let head = came.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&came[..head]).to_ascii_lowercase();
    let body = text.split_once("content-length: ").map_or(0, |(_, rest)| rest.lines().next().unwrap().parse().unwrap());
    (came.len() >= head + body).then_some(head + body)
}

/// Bytes of which each place is known.
pub(crate) fn body(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|place| b'a' + u8::try_from(place % 23).unwrap()).collect()
}

fn whole(body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for chunk in body.chunks(1000) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// A connection of a client.
pub(crate) struct Caller(pub(crate) TcpStream);

impl Caller {
    pub(crate) async fn dial(place: SocketAddr) -> Self {
        Self(TcpStream::connect(place).await.unwrap())
    }

    pub(crate) async fn say(&mut self, request: &str) {
        self.0.write_all(request.as_bytes()).await.unwrap();
    }

    /// Asks for a path and reads so many bytes of a body with a length, and its head.
    pub(crate) async fn get(&mut self, path: &str) -> io::Result<(String, Vec<u8>)> {
        self.0.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await?;
        self.answer().await
    }

    /// Reads an answer with a length.
    pub(crate) async fn answer(&mut self) -> io::Result<(String, Vec<u8>)> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let length =
            head.split_once("content-length: ").map_or(0, |(_, rest)| rest.lines().next().unwrap().parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        Ok((head, body))
    }

    /// Everything up to the end of the connection, and how it ended.
    pub(crate) async fn rest(self) -> (Vec<u8>, io::Result<()>) {
        tokio::time::timeout(Duration::from_mins(1), self.until_end()).await.expect("the connection does not end")
    }

    async fn until_end(mut self) -> (Vec<u8>, io::Result<()>) {
        let mut came = Vec::new();
        loop {
            match self.0.read_buf(&mut came).await {
                Ok(0) => return (came, Ok(())),
                Ok(_) => {}
                Err(error) => return (came, Err(error)),
            }
        }
    }

    /// Whether nothing has come, the end of the connection neither.
    pub(crate) fn hears_nothing(&self) -> bool {
        let mut buffer = [0; 1];
        self.0.try_read(&mut buffer).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}
