//! The proxy that an office has between itself and the world: tunnels and whole URLs (RFC 9110, section 9.3.6; RFC 9112, section 3.2.2).

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::connection::{Dialled, dial};
use super::http::{field, is_field, lines, words};
use super::line::Line;

const HEAD_BYTES_MAX: usize = 64 << 10;
const SCHEME: &str = "http://";

/// Why somebody is not let through.
const NO_PROXY_REQUEST: &str = "400 Bad Request";
const WHO_ARE_YOU: &str = "407 Proxy Authentication Required";
const NO_WAY: &str = "502 Bad Gateway";

/// Reads whom a connection is for, and dials.
pub(crate) async fn admit(line: &Line, client: &mut TcpStream) -> io::Result<Dialled> {
    let (head, after) = head(client).await?;
    let (method, target, _) = words(&head);
    let is_known = match &line.switches().credentials {
        None => true,
        Some(expected) => field(&head, "proxy-authorization").as_ref() == Some(expected),
    };
    if !is_known {
        return refuse(client, WHO_ARE_YOU).await;
    }
    let is_tunnel = method == "CONNECT";
    let authority =
        if is_tunnel { Some(target.to_ascii_lowercase()) } else { authority(&target).map(|(authority, _)| authority) };
    let Some(authority) = authority else { return refuse(client, NO_PROXY_REQUEST).await };
    let Some(place) = resolve(line, &authority) else { return refuse(client, NO_WAY).await };
    let Ok(target) = dial(place).await else { return refuse(client, NO_WAY).await };
    if is_tunnel {
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        Ok(Dialled { target, place, early: after, authority: None })
    } else {
        Ok(Dialled { target, place, early: [head, after].concat(), authority: Some(authority) })
    }
}

/// The head of a request for a whole URL as its target expects it. None when it is for somebody else.
pub(crate) fn for_target(head: &[u8], expected: &str) -> Option<Vec<u8>> {
    let (method, target, version) = words(head);
    let (authority, path) = authority(&target)?;
    if authority != expected {
        return None;
    }
    let mut text = format!("{method} {path} {version}\r\nhost: {authority}\r\nvia: 1.1 office\r\n");
    let own = ["host", "proxy-authorization", "proxy-connection"];
    for line in lines(head).filter(|line| !own.iter().any(|name| is_field(line, name))) {
        text.push_str(&line);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    Some(text.into_bytes())
}

/// Host and port of a whole URL, and what follows them.
fn authority(url: &str) -> Option<(String, String)> {
    let scheme = url.get(..SCHEME.len())?;
    let rest = url.get(SCHEME.len()..).filter(|_| scheme.eq_ignore_ascii_case(SCHEME))?;
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    (!authority.is_empty()).then(|| (authority.to_ascii_lowercase(), path))
}

/// Where a host and its port are: where its name was said to lead, or an address of this machine.
fn resolve(line: &Line, authority: &str) -> Option<SocketAddr> {
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let named = line.switches().names.get(host).copied();
    let written = || authority.parse::<SocketAddr>().ok().filter(|place| place.ip().is_loopback());
    named.or_else(written)
}

/// The first head that comes, and what came with it.
async fn head(client: &mut TcpStream) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut head = Vec::new();
    loop {
        if let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") {
            let after = head.split_off(end + 4);
            return Ok((head, after));
        }
        if head.len() > HEAD_BYTES_MAX || client.read_buf(&mut head).await? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
}

/// Says why not, and closes.
async fn refuse(client: &mut TcpStream, status: &str) -> io::Result<Dialled> {
    let asks = if status == WHO_ARE_YOU { "proxy-authenticate: Basic realm=\"office\"\r\n" } else { "" };
    let answer = format!("HTTP/1.1 {status}\r\n{asks}content-length: 0\r\nconnection: close\r\n\r\n");
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await?;
    // It hears the answer and closes; a reset before that would take the answer away.
    let mut rest = [0; 4 << 10];
    while client.read(&mut rest).await? > 0 {}
    Err(io::ErrorKind::ConnectionRefused.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_for_a_whole_url_becomes_one_of_its_target() {
        let head =
            b"GET http://Nation.invalid:80/fed/v1?from=3 HTTP/1.1\r\nHost: other\r\nProxy-Connection: keep-alive\r\n\
                     Proxy-Authorization: Basic eDp5\r\nAccept: */*\r\n\r\n";
        let expected =
            "GET /fed/v1?from=3 HTTP/1.1\r\nhost: nation.invalid:80\r\nvia: 1.1 office\r\nAccept: */*\r\n\r\n";
        let rewritten = for_target(head, "nation.invalid:80").unwrap();
        assert_eq!(String::from_utf8(rewritten).unwrap(), expected);
        assert_eq!(for_target(head, "region.invalid:80"), None);
        assert_eq!(for_target(b"GET / HTTP/1.1\r\n\r\n", "nation.invalid:80"), None);
    }

    #[test]
    fn a_url_without_a_path_asks_for_the_root() {
        for (url, expected) in [
            ("http://a:1", Some(("a:1", "/"))),
            ("HTTP://a:1?q", Some(("a:1", "/?q"))),
            ("http://a:1/b", Some(("a:1", "/b"))),
            ("http://", None),
            ("https://a/", None),
            ("/b", None),
        ] {
            let expected = expected.map(|(authority, path)| (authority.to_owned(), path.to_owned()));
            assert_eq!(authority(url), expected, "{url}");
        }
    }
}
