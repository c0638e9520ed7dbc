//! Who may come in: the port, open or shut, and the connections that came through it.
//!
//! While the door is shut the port is still ours: a socket that is bound to it and does not listen keeps other programs from getting it, and
//! lets the machine refuse those who dial.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use super::connection;
use super::line::Line;

/// How many connections may be open; more wait to be accepted.
const CONNECTIONS_MAX: usize = 512;
const BACKLOG: u32 = 1024;

/// What the door is told; each is answered when it is done.
#[derive(Debug)]
pub(crate) enum Command {
    Open(SyncSender<io::Result<()>>),
    Shut(SyncSender<io::Result<()>>),
    HangUp(SyncSender<io::Result<()>>),
}

pub(crate) struct Door {
    line: Arc<Line>,
    address: SocketAddr,
    _port: TcpSocket,
    listener: Option<TcpListener>,
    connections: JoinSet<()>,
}

impl Door {
    pub(crate) fn open(line: Arc<Line>) -> io::Result<Self> {
        let port = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = port.local_addr()?;
        let listener = Some(bind(address)?.listen(BACKLOG)?);
        Ok(Self { line, address, _port: port, listener, connections: JoinSet::new() })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets connections in until nobody can command it any more.
    pub(crate) async fn keep(mut self, mut commands: UnboundedReceiver<Command>) {
        loop {
            let is_room = self.connections.len() < CONNECTIONS_MAX;
            tokio::select! {
                // Commands first: what was switched holds for whoever comes after.
                biased;
                command = commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
                Some(_) = self.connections.join_next() => {}
                accepted = accept(self.listener.as_ref()), if is_room => {
                    // Who went away again before we looked is nobody's connection.
                    if let Ok(client) = accepted {
                        self.connections.spawn(connection::serve(Arc::clone(&self.line), client));
                    }
                }
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        let (done, outcome) = match command {
            Command::Open(done) => (done, self.unlock()),
            Command::Shut(done) => {
                self.listener = None;
                self.connections.shutdown().await;
                (done, Ok(()))
            }
            Command::HangUp(done) => {
                self.connections.shutdown().await;
                (done, Ok(()))
            }
        };
        // Who commanded it has gone.
        drop(done.send(outcome));
    }

    fn unlock(&mut self) -> io::Result<()> {
        if self.listener.is_none() {
            self.listener = Some(bind(self.address)?.listen(BACKLOG)?);
        }
        Ok(())
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => {
            let (client, _) = listener.accept().await?;
            client.set_nodelay(true)?;
            Ok(client)
        }
        None => std::future::pending().await,
    }
}

/// A socket at a place that another socket of ours may have too.
fn bind(place: SocketAddr) -> io::Result<TcpSocket> {
    let socket = connection::socket(place)?;
    socket.set_reuseaddr(true)?;
    // What Linux calls reusing an address has this name elsewhere.
    #[cfg(not(target_os = "linux"))]
    socket.set_reuseport(true)?;
    socket.bind(place)?;
    Ok(socket)
}
