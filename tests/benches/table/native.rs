//! The baselines that serve HTTP: the same answers by axum and sqlx alone, in a process of their own, as one would write
//! them without a platform.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::Context as _;
use axum::Json;
use axum::Router;
use axum::extract::{Path as Segments, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};

/// The first word of the command line that makes this program a baseline.
pub(crate) const WORD: &str = "serve-baseline";

const SELECT: &str = "SELECT body FROM record WHERE id = $1";
const READERS: u32 = 8;

/// Serves the baselines until it is killed.
pub(crate) async fn serve(arguments: &[String]) -> anyhow::Result<()> {
    let database = arguments.first().context("which database?")?;
    let pool = pool(Path::new(database)).await?;
    let router = Router::new()
        .route("/{language}/p/{plugin}/", get(plain))
        .route("/api/v1/records/{namespace}/{kind}/{id}", get(record))
        .with_state(Arc::new(pool));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    crate::answer(&format!("http://{}", listener.local_addr()?));
    axum::serve(listener, router).await?;
    Ok(())
}

/// What the guest `chaos` answers at its root.
async fn plain(Segments((_language, _plugin)): Segments<(String, String)>) -> Json<&'static str> {
    Json("fine")
}

/// One SELECT by key.
async fn record(
    State(pool): State<Arc<SqlitePool>>,
    Segments((_, _, id)): Segments<(String, String, String)>,
) -> Response {
    let found: Result<Option<String>, sqlx::Error> = sqlx::query_scalar(SELECT).bind(id).fetch_optional(&*pool).await;
    match found {
        Ok(Some(body)) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn pool(file: &Path) -> anyhow::Result<SqlitePool> {
    let options =
        SqliteConnectOptions::new().filename(file).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    Ok(SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await?)
}

/// Makes the table that the baseline reads.
pub(crate) async fn fill(file: &Path, records: &[(String, String)]) -> anyhow::Result<()> {
    let pool = pool(file).await?;
    sqlx::query("CREATE TABLE record (id TEXT PRIMARY KEY, body TEXT NOT NULL)").execute(&pool).await?;
    let mut tx = pool.begin().await?;
    for (id, body) in records {
        sqlx::query("INSERT INTO record VALUES ($1, $2)").bind(id).bind(body).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    pool.close().await;
    Ok(())
}

/// A running baseline.
#[derive(Debug)]
pub(crate) struct Native {
    child: Child,
    address: String,
}

impl Native {
    /// Starts this program as a baseline.
    pub(crate) fn start(database: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.arg(WORD).arg(database).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut address = String::new();
        let output = child.stdout.take().context("no output")?;
        BufReader::new(output).read_line(&mut address)?;
        Ok(Self { child, address: address.trim().to_owned() })
    }

    /// Where it serves.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
