//! The client against a server of few words on 127.0.0.1: connections that are kept, bodies in pieces, parts, and a proxy.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, Method};

use super::*;

const TERMS: Terms = Terms { answer: Duration::from_secs(20), stall: Duration::from_secs(20), bytes_max: 1 << 20 };

/// A server that hands each connection, with its number from 0 on, to `each`, on a thread of its own. It tells what it was asked.
struct Server {
    port: u16,
    asked: Receiver<String>,
}

impl Server {
    fn open(each: impl Fn(usize, &mut Talk) -> io::Result<()> + Send + Clone + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, (sender, asked)) = (listener.local_addr().unwrap().port(), channel());
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().map_while(Result::ok).enumerate() {
                let (each, mut talk) = (each.clone(), Talk { stream, sender: sender.clone() });
                std::thread::spawn(move || drop(each(number, &mut talk)));
            }
        });
        Self { port, asked }
    }

    fn call(&self, method: Method, path: &str, body: Outgoing) -> Call {
        let url = address(&format!("http://127.0.0.1:{}{path}", self.port)).unwrap();
        Call { method, url, headers: HeaderMap::new(), body }
    }

    fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path, Outgoing::empty())
    }

    fn asked(&self) -> Vec<String> {
        self.asked.try_iter().collect()
    }
}

struct Talk {
    stream: TcpStream,
    sender: std::sync::mpsc::Sender<String>,
}

impl Talk {
    /// Reads a request with its body.
    fn hear(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            bytes.extend(byte);
        }
        let head = String::from_utf8_lossy(&bytes).into_owned();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let heard = format!("{head}{}", String::from_utf8_lossy(&body));
        drop(self.sender.send(heard.clone()));
        Ok(heard)
    }

    fn say(&mut self, head: &str, body: &str) -> io::Result<()> {
        let length = body.len();
        write!(self.stream, "HTTP/1.1 {head}\r\ncontent-length: {length}\r\n\r\n{body}")?;
        self.stream.flush()
    }
}

fn settings() -> OutboundSettings {
    OutboundSettings { private: vec!["127.0.0.1".parse().unwrap()], ..OutboundSettings::default() }
}

fn client() -> Client {
    Client::new(Way::new(settings()))
}

async fn whole(client: &Client, call: Call) -> Result<Bytes, OutboundError> {
    client.send(call, TERMS).await?.whole().await
}

#[test]
fn what_waits_may_move_from_thread_to_thread() {
    fn moves<Any: Send>(_: &Any) {}
    let client = client();
    let call = Call {
        method: Method::GET,
        url: address("http://a.example/").unwrap(),
        headers: HeaderMap::new(),
        body: Outgoing::empty(),
    };
    let sending = async {
        let mut reply = client.send(call, TERMS).await?;
        reply.piece().await?;
        reply.whole().await
    };
    moves(&sending);
    moves(&Way::default().exchange(&ask(), 1));
}

fn ask() -> Ask {
    Ask {
        method: Method::GET,
        url: address("http://a.example/").unwrap(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
    }
}

#[tokio::test]
async fn a_connection_is_used_for_one_request_after_another() {
    let server = Server::open(|number, talk| {
        loop {
            let heard = talk.hear()?;
            let head = if heard.contains("/last") { "200 OK\r\nconnection: close" } else { "200 OK" };
            talk.say(head, &number.to_string())?;
        }
    });
    let client = client();
    for (path, connection) in [("/", "0"), ("/", "0"), ("/last", "0"), ("/", "1"), ("/", "1")] {
        assert_eq!(whole(&client, server.get(path)).await.unwrap(), connection, "{path}");
    }
    let heads = server.asked();
    assert!(heads.iter().all(|head| head.contains("accept-encoding: identity\r\n")), "{heads:?}");
    // Two at once are on two connections.
    let (first, second) = (client.send(server.get("/"), TERMS).await, client.send(server.get("/"), TERMS).await);
    assert_eq!(first.unwrap().whole().await.unwrap(), "1");
    assert_eq!(second.unwrap().whole().await.unwrap(), "2");
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_not_used() {
    let (closed, mut hung_up) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::open(move |number, talk| {
        talk.hear()?;
        talk.say("200 OK", &number.to_string())?;
        talk.stream.shutdown(std::net::Shutdown::Both)?;
        closed.send(()).map_err(io::Error::other)
    });
    let client = client();
    for connection in ["0", "1", "2"] {
        assert_eq!(whole(&client, server.get("/")).await.unwrap(), connection);
        hung_up.recv().await.unwrap();
        // The runtime hears of it when it looks at its sockets the next time.
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_body_goes_out_in_pieces_and_must_have_its_length() {
    let server = Server::open(|_, talk| {
        loop {
            let heard = talk.hear()?;
            talk.say("200 OK", &heard.len().to_string())?;
        }
    });
    let client = client();
    let pieces = |pieces: &[&'static str], bytes| {
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).collect();
        server.call(Method::POST, "/", Outgoing::stream(stream::iter(pieces), bytes))
    };
    whole(&client, pieces(&["aza", "l"], 4)).await.unwrap();
    let heard = server.asked().remove(0);
    assert!(heard.contains("content-length: 4\r\n") && heard.ends_with("\r\n\r\nazal"), "{heard}");
    for (given, bytes) in [(["aza", "l"], 3), (["aza", "l"], 5)] {
        assert!(
            matches!(client.send(pieces(&given, bytes), TERMS).await, Err(OutboundError::Protocol { .. })),
            "{bytes}"
        );
    }
    let large = Bytes::from(vec![b'x'; 300_000]);
    whole(&client, server.call(Method::PUT, "/", Outgoing::bytes(large))).await.unwrap();
    assert!(server.asked().iter().any(|heard| heard.len() > 300_000));
}

#[tokio::test]
async fn an_answer_has_its_bounds() {
    let server = Server::open(|_, talk| {
        let heard = talk.hear()?;
        if heard.contains("/large") {
            return talk.say("200 OK", &"x".repeat(2_000));
        }
        if heard.contains("/begun") {
            write!(talk.stream, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nazul")?;
        }
        // Until the other end goes away.
        talk.stream.read(&mut [0; 1]).map(drop)
    });
    let (client, short) = (client(), Duration::from_millis(50));
    let few = Terms { bytes_max: 1_000, ..TERMS };
    let large = client.send(server.get("/large"), few).await.unwrap().whole().await;
    assert!(matches!(large, Err(OutboundError::Large { bytes_max: 1_000 })), "{large:?}");
    let silent = client.send(server.get("/silent"), Terms { answer: short, ..TERMS }).await;
    assert!(matches!(silent, Err(OutboundError::Timeout { timeout_ms: 50 })));
    let mut begun = client.send(server.get("/begun"), Terms { stall: short, ..TERMS }).await.unwrap();
    assert_eq!(begun.piece().await.unwrap().unwrap(), "azul");
    assert!(matches!(begun.piece().await, Err(OutboundError::Timeout { timeout_ms: 50 })));
    // What was cut off is not taken for the whole.
    assert!(matches!(begun.piece().await, Err(OutboundError::GivenUp { .. })));
    assert_eq!(TERMS.polling(Duration::from_secs(25)).answer, Duration::from_secs(45));
}

#[tokio::test]
async fn what_was_begun_is_gone_on_with() {
    let server = Server::open(|_, talk| {
        loop {
            match talk.hear()? {
                heard if !heard.contains("range: bytes=4-\r\n") => talk.say("400 Bad Request", "")?,
                heard if heard.contains("/part") => {
                    talk.say("206 Partial Content\r\ncontent-range: bytes 4-8/9", "awen!")?
                }
                heard if heard.contains("/other") => {
                    talk.say("206 Partial Content\r\ncontent-range: bytes 3-8/9", "")?
                }
                heard if heard.contains("/short") => talk.say("416 Range Not Satisfiable", "")?,
                heard if heard.contains("/gone") => talk.say("404 Not Found", "")?,
                _ => talk.say("200 OK", "azulfellawen")?,
            }
        }
    });
    let client = client();
    for (path, expected) in [
        ("/part", Some(Resumed::Rest(Some(9)))),
        ("/whole", Some(Resumed::Whole)),
        ("/short", Some(Resumed::Nothing)),
        ("/gone", None),
    ] {
        let mut call = server.get(path);
        call.headers.insert(http::header::RANGE, range_from(4));
        let reply = client.send(call, TERMS).await.unwrap();
        assert_eq!(reply.resumed(4).unwrap(), expected, "{path}");
    }
    let mut call = server.get("/other");
    call.headers.insert(http::header::RANGE, range_from(4));
    let reply = client.send(call, TERMS).await.unwrap();
    assert!(matches!(reply.resumed(4), Err(OutboundError::Part { .. })));
}

#[tokio::test]
async fn private_addresses_are_reached_only_where_the_operator_says_so() {
    let server = Server::open(|_, talk| talk.hear().map(drop));
    let public = Client::new(Way::default());
    assert!(matches!(public.send(server.get("/"), TERMS).await, Err(OutboundError::Address { .. })));
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_proxy_is_asked_for_a_tunnel_and_sees_the_request_in_no_other_way() {
    let proxy = Server::open(|_, talk| {
        let heard = talk.hear()?;
        if !heard.contains("proxy-authorization: Basic ZmFkbWE6YTpi\r\n") {
            return talk.say("407 Proxy Authentication Required", "");
        }
        write!(talk.stream, "HTTP/1.1 200 OK\r\n\r\n")?;
        loop {
            talk.hear()?;
            talk.say("200 OK", "through")?;
        }
    });
    let through = |credentials: &str| {
        let proxy = format!("http://{credentials}127.0.0.1:{}", proxy.port).parse().unwrap();
        Client::new(Way::new(OutboundSettings { proxy: Some(proxy), ..OutboundSettings::default() }))
    };
    let call = |url: &str| Call {
        method: Method::GET,
        url: address(url).unwrap(),
        headers: HeaderMap::new(),
        body: Outgoing::empty(),
    };
    // The name is one that no name server has: the proxy resolves it.
    let client = through("fadma:a%3Ab@");
    for _ in 0..2 {
        assert_eq!(whole(&client, call("http://nation.invalid/fed?a=b")).await.unwrap(), "through");
    }
    let asked = proxy.asked();
    assert!(asked[0].starts_with("CONNECT nation.invalid:80 HTTP/1.1\r\n"), "{}", asked[0]);
    for request in &asked[1..] {
        assert!(request.starts_with("GET /fed?a=b HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("host: nation.invalid\r\n") && !request.contains("proxy-"), "{request}");
    }
    assert_eq!(asked.len(), 3, "one tunnel for both requests");
    let refused = through("").send(call("http://nation.invalid/"), TERMS).await;
    assert!(matches!(refused, Err(OutboundError::Proxy { status: 407 })));
    let written = client.send(call("http://10.0.0.1/"), TERMS).await;
    assert!(matches!(written, Err(OutboundError::Address { .. })), "an address that is written out is looked at");
}
