//! `tiwizi serve`: serves an instance until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::json;
use tiwizi_server::App;
use tokio::net::TcpListener;

use crate::arguments::Serve;
use crate::commands::open;
use crate::outcome;

pub(crate) async fn run(arguments: Serve) -> anyhow::Result<()> {
    let data = &arguments.directory.data;
    let config = open::config(data)?;
    let address = arguments.listen.unwrap_or(config.listen);
    let listener = listen(address).await?;
    let app = open::app(data, &config).await?;
    let address = listener.local_addr()?;
    let answer = json!({ "listening": format!("http://{address}") });
    outcome::answer(arguments.directory.json, &answer, &format!("Listening on http://{address}"));
    until_stopped(app, listener).await;
    Ok(())
}

/// Takes the address before anything else, so that a port in use is said at once and no data is touched.
pub(crate) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("could not listen on {address}: is another program using the port? choose another with --listen")
    })
}

/// Serves until SIGTERM or Ctrl-C, then finishes what is under way.
pub(crate) async fn until_stopped(app: Arc<App>, listener: TcpListener) {
    tiwizi_server::serve(app, listener, told_to_stop()).await;
}

/// Is done when the process is told to end (SIGTERM or Ctrl-C).
pub(crate) async fn told_to_stop() {
    if let Err(error) = tiwizi_server::stop_signal().await {
        tracing::error!(%error, "could not listen for signals; stop the process by other means");
        std::future::pending::<()>().await;
    }
}
