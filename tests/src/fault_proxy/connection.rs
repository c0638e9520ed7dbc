//! One connection: who dialled, and whom it leads to.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpSocket, TcpStream};

use super::answers::Answers;
use super::flow::{self, Source};
use super::http::Asked;
use super::line::{Line, Side};
use super::office;
use super::requests::Requests;
use super::switches::Way;

/// What the machine may keep of one direction of a connection on either side of the proxy. The default is megabytes: a slow line would seem
/// to take everything at once.
const SOCKET_BYTES: u32 = 64 << 10;

/// A connection to the target, with what was read already of what goes there.
pub(crate) struct Dialled {
    pub(crate) target: TcpStream,
    pub(crate) place: SocketAddr,
    pub(crate) early: Vec<u8>,
    /// Whom whole URLs have to name.
    pub(crate) authority: Option<String>,
}

/// Counts a connection as long as it is open.
struct Open<'a>(&'a Line);

impl<'a> Open<'a> {
    fn new(line: &'a Line) -> Self {
        line.count(|counts| {
            counts.connections += 1;
            counts.open += 1;
        });
        Self(line)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.count(|counts| counts.open -= 1);
    }
}

/// Serves a connection to its end.
pub(crate) async fn serve(line: Arc<Line>, mut client: TcpStream) {
    let is_dead = || line.switches().way == Way::HalfOpen;
    let (came_dead, round_trip) = (is_dead(), line.switches().latency.saturating_mul(2));
    let _open = Open::new(&line);
    // A handshake takes a round trip; ours with the client has taken no time.
    tokio::time::sleep(round_trip).await;
    if came_dead || is_dead() {
        return silence(client).await;
    }
    let dialled = match line.target() {
        Some(place) => dial(place).await.map(|target| Dialled { target, place, early: Vec::new(), authority: None }),
        None => office::admit(&line, &mut client).await,
    };
    match dialled {
        Ok(dialled) => carry(&line, client, dialled).await,
        // Nobody listens there. It is too late to refuse the connection, so it is reset.
        Err(_) => drop(client.set_zero_linger()),
    }
}

async fn carry(line: &Arc<Line>, client: TcpStream, dialled: Dialled) {
    let asked = Asked::default();
    let requests = Requests::new(line, dialled.place, asked.clone(), dialled.authority);
    let answers = Answers::new(line, asked);
    let (from_client, to_client) = client.into_split();
    let (from_target, to_target) = dialled.target.into_split();
    let up = flow::carry(line, Side::Up, requests, (Source { early: dialled.early, rest: from_client }, to_target));
    let down = flow::carry(line, Side::Down, answers, (Source { early: Vec::new(), rest: from_target }, to_client));
    // Whether it ended well or broke, it has ended.
    drop(tokio::try_join!(up, down));
}

/// Hears everything and says nothing.
async fn silence(mut client: TcpStream) {
    let mut buffer = [0; 4 << 10];
    while client.read(&mut buffer).await.is_ok_and(|bytes| bytes > 0) {}
}

/// Connects to a place of this machine.
pub(crate) async fn dial(place: SocketAddr) -> io::Result<TcpStream> {
    let stream = socket(place)?.connect(place).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A socket that keeps little.
pub(crate) fn socket(place: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if place.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_recv_buffer_size(SOCKET_BYTES)?;
    socket.set_send_buffer_size(SOCKET_BYTES)?;
    Ok(socket)
}
