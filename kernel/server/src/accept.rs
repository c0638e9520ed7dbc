//! The accept loop: connections in, within their cap; a stop that lets requests finish.
//!
//! It knows no route. A connection over the cap is told so and closed at once; an accept that fails (no file
//! descriptor left) is tried again shortly, so that a full machine recovers by itself.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tiwizi_model::limits;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service as _;

use crate::app::App;
use crate::router;
use crate::socket::Socket;

/// The answer to a connection over the cap.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\
    content-type: application/problem+json\r\ncontent-length: 92\r\n\r\n\
    {\"type\":\"urn:tiwizi:problem:busy\",\"title\":\"too many connections\",\"status\":503,\"code\":\"busy\"}";
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// The address of the other side of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Serves an instance until `shutdown` is done, then lets requests under way finish and stops the tasks in order.
pub async fn serve(app: Arc<App>, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    clear_up(&app).await;
    crate::background::start(&app);
    let router = router::build(&app);
    let graceful = GracefulShutdown::new();
    let builder = Arc::new(connection_builder());
    let places = Arc::new(Semaphore::new(app.settings.connections_max));
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, peer)) => match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    let open = Open { stream, peer, place, router: router.clone(), builder: Arc::clone(&builder) };
                    start(&app, &graceful, open);
                }
                Err(_) => refuse(&app, &stream),
            },
            Err(error) => retry_after(&error).await,
        }
    }
    drop(listener);
    stop(&app, graceful).await;
}

/// Makes order among imports and exports before anybody is let in: what lies there half would be taken for what a crash left.
async fn clear_up(app: &App) {
    if let Err(error) = app.imports.recover().await {
        tracing::error!(%error, "could not make order among imports");
    }
}

async fn stop(app: &App, graceful: GracefulShutdown) {
    let wait = Duration::from_millis(limits::STOP_WAIT_MS);
    tracing::info!(connections = graceful.count(), "stopping");
    app.tasks.close();
    if tokio::time::timeout(wait, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    app.stop().await;
    tracing::info!("stopped");
}

/// Is done when the process is told to end (SIGTERM or Ctrl-C).
///
/// # Errors
/// When the signals cannot be listened to.
pub async fn stop_signal() -> io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome,
        _ = terminate.recv() => Ok(()),
    }
}

fn connection_builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(limits::HEADER_WAIT_MS))
        .max_buf_size(limits::HEADER_BYTES_MAX.saturating_mul(4))
        .keep_alive(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits::STREAMS_MAX)
        .max_header_list_size(u32::try_from(limits::HEADER_BYTES_MAX.saturating_mul(2)).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(20)
        .keep_alive_interval(Duration::from_millis(limits::BODY_WAIT_MS))
        .keep_alive_timeout(Duration::from_millis(limits::HEADER_WAIT_MS));
    builder
}

/// A connection that has a place.
struct Open {
    stream: TcpStream,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
    router: Router,
    builder: Arc<Builder<TokioExecutor>>,
}

fn start(app: &Arc<App>, graceful: &GracefulShutdown, open: Open) {
    let watcher = graceful.watcher();
    let counted = Arc::clone(app);
    app.tasks.start_short(async move {
        let _place = open.place;
        counted.metrics.connections.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = open.stream.set_nodelay(true) {
            tracing::debug!(%error, "could not set TCP_NODELAY");
        }
        let peer = Peer(open.peer);
        let service = hyper::service::service_fn(move |mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(peer);
            open.router.clone().call(request.map(Body::new))
        });
        let connection = open.builder.serve_connection(TokioIo::new(Socket::new(open.stream)), service).into_owned();
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "connection ended early");
        }
        counted.metrics.connections.fetch_sub(1, Ordering::Relaxed);
    });
}

/// A new socket's buffer is empty, so one try is enough; whoever does not get the answer sees a closed connection.
fn refuse(app: &App, stream: &TcpStream) {
    app.metrics.connections_refused.fetch_add(1, Ordering::Relaxed);
    if let Err(error) = stream.try_write(FULL) {
        tracing::debug!(%error, "could not tell a client that the server is full");
    }
}

/// A connection that the client gave up concerns nobody; without descriptors or memory, a little patience helps.
async fn retry_after(error: &io::Error) {
    if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        return;
    }
    tracing::error!(%error, "could not accept a connection; trying again shortly");
    tokio::time::sleep(ACCEPT_RETRY).await;
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_refusal_says_its_own_length() {
        let text = std::str::from_utf8(super::FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{}", body.len());
    }
}
