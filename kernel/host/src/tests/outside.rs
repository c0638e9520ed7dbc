//! A real HTTP server on 127.0.0.1 that answers well and badly, and remembers what it was asked.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::Roots;

pub(super) struct Outside {
    pub(super) port: u16,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    open: AtomicUsize,
    open_most: AtomicUsize,
}

impl Outside {
    /// Serves until the test process ends.
    pub(super) fn open() -> Self {
        Self::listen(|stream| stream)
    }

    fn listen<Stream: Read + Write>(wrap: impl Fn(TcpStream) -> Stream + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, seen) = (listener.local_addr().unwrap().port(), Arc::<Seen>::default());
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (seen, wrap) = (Arc::clone(&shared), wrap.clone());
                std::thread::spawn(move || serve(wrap(stream), &seen));
            }
        });
        Self { port, seen }
    }

    /// The same over TLS, with a certificate of its own for a name. What is to be trusted comes back with it.
    pub(super) fn open_tls(name: &str) -> (Self, Roots) {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        let certificate = made.cert.der().clone();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let roots = Roots::of(certificate.to_vec()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = Arc::new(config.with_single_cert(vec![certificate], key).unwrap());
        let wrap = move |stream| StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
        (Self::listen(wrap), roots)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The heads of the requests so far.
    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// The most connections that were open at one moment.
    pub(super) fn open_most(&self) -> usize {
        self.seen.open_most.load(Ordering::SeqCst)
    }
}

fn serve(mut stream: impl Read + Write, seen: &Seen) {
    let open = seen.open.fetch_add(1, Ordering::SeqCst) + 1;
    seen.open_most.fetch_max(open, Ordering::SeqCst);
    if let Some(request) = read(&mut stream) {
        seen.requests.lock().unwrap().push(request.clone());
        answer(&mut stream, &request);
    }
    seen.open.fetch_sub(1, Ordering::SeqCst);
}

/// The head and the body of a request; none when the other end went away.
fn read(stream: &mut impl Read) -> Option<String> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
        }
    }
}

fn answer(stream: &mut (impl Read + Write), request: &str) {
    let target = request.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let plain = |body: &str| {
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
    let text = match path {
        "/hello" => plain("azul"),
        "/echo" => plain(request),
        "/to" => format!("HTTP/1.1 302 Found\r\nlocation: {query}\r\ncontent-length: 0\r\n\r\n"),
        "/keep" => format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {query}\r\ncontent-length: 0\r\n\r\n"),
        "/zipped" => "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x1fxx".to_owned(),
        "/rubbish" => "this is no HTTP\r\n\r\n".to_owned(),
        "/large" => {
            // The other end stops reading somewhere on the way.
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
            drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&vec![b'x'; 6 << 20])));
            return;
        }
        "/silent" => {
            // Until the other end goes away.
            drop(stream.read(&mut [0; 1]));
            return;
        }
        _ => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
    };
    drop(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()));
}
