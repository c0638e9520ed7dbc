//! The register as a file that is sent: text as it is written, a spreadsheet when it is packed. What goes out of members is noted
//! before it does.

use std::fmt::Display;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use http_body_util::StreamBody;
use hyper::body::Frame;
use tiwizi_identity::{Caller, Role};
use tiwizi_model::{ProvinceCode, limits};
use tiwizi_registry::People;
use tiwizi_registry::export::{self, Piece, Separator, Settings, Shape};
use tiwizi_registry::import::Table;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio_util::io::ReaderStream;

use crate::app::App;
use crate::problem::{Fault, Problem};

/// Members who are not in the file. That of a spreadsheet is known before it goes out; that of text comes behind it, as a trailer.
const LEFT_OUT: HeaderName = HeaderName::from_static(LEFT_OUT_NAME);
const LEFT_OUT_NAME: &str = "x-left-out";

/// An export that cannot begin yet is asked for again after this.
const RETRY_S: u32 = 30;

/// What shall be exported.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) table: Table,
    pub(crate) shape: Shape,
    pub(crate) separator: Separator,
    pub(crate) province: Option<ProvinceCode>,
    /// Why members are exported.
    pub(crate) reason: String,
}

/// Whether somebody may export it: members are for those who keep the register and those who observe it.
pub(crate) fn may(caller: &Caller, table: Table) -> bool {
    let works = caller.holds(Role::Registrar) || caller.holds(Role::Observer);
    let looks = table == Table::Cooperatives && caller.holds(Role::Administrator);
    (works || looks) && caller.plugin().is_none()
}

/// Answers with the file.
pub(crate) async fn answer(app: &Arc<App>, caller: &Caller, wanted: Wanted) -> Result<Response, Problem> {
    if !may(caller, wanted.table) {
        return Err(Fault::Forbidden.into());
    }
    export::demand(&app.records, caller, wanted.table)?;
    let free = Arc::clone(&app.staff_exports).try_acquire_owned();
    let held = free.map_err(|_| Problem::from(Fault::Busy).retry_after(RETRY_S))?;
    if wanted.table == Table::Members {
        app.people.note_export(caller, wanted.province, &wanted.reason).await?;
    }
    let settings = Settings {
        table: wanted.table,
        to: app.imports.unfinished(),
        shape: wanted.shape,
        separator: wanted.separator,
        province: wanted.province,
    };
    let (body, left_out) = match wanted.shape {
        Shape::Xlsx => sheet(app, caller, settings, held).await?,
        Shape::Csv | Shape::JsonLines => (pieces(app, caller, settings, held), None),
    };
    let (media_type, ending) = match wanted.shape {
        Shape::Csv => ("text/csv; charset=utf-8", "csv"),
        Shape::JsonLines => ("application/x-ndjson", "ndjson"),
        Shape::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if wanted.table == Table::Members {
        match left_out {
            Some(left_out) => headers.insert(LEFT_OUT, HeaderValue::from(left_out)),
            None => headers.insert(header::TRAILER, HeaderValue::from_static(LEFT_OUT_NAME)),
        };
    }
    let disposition = format!("attachment; filename=\"{}.{ending}\"", wanted.table.name());
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(Problem::internal)?);
    Ok(response)
}

/// Text goes out while it is written. An end that is none breaks the answer off: its headers are out already.
fn pieces(app: &Arc<App>, caller: &Caller, settings: Settings, held: OwnedSemaphorePermit) -> Body {
    let (sender, receiver) = mpsc::channel(limits::EXPORT_PIECES_WAITING_MAX);
    let (counted, count) = oneshot::channel();
    let (records, people, caller) = (app.records.clone(), app.people.clone(), caller.clone());
    app.tasks.start_short(async move {
        let _held = held;
        match export::send(&records, &caller, &settings, sender.clone()).await {
            Ok(written) => {
                tell(&people, &caller, written.left_out).await;
                // Whoever reads no trailers, or went away, finds the notice.
                counted.send(written.left_out).unwrap_or_default();
            }
            Err(error) => break_off(&sender, error).await,
        }
    });
    Body::new(StreamBody::new(stream::unfold((receiver, Some(count)), frame)))
}

/// What is on its way, and after it how many members are left out.
type Pieces = (mpsc::Receiver<Piece>, Option<oneshot::Receiver<u64>>);

async fn frame((mut receiver, count): Pieces) -> Option<(std::io::Result<Frame<Bytes>>, Pieces)> {
    if let Some(piece) = receiver.recv().await {
        return Some((piece.map(|bytes| Frame::data(Bytes::from(bytes))), (receiver, count)));
    }
    let left_out = count?.await.ok()?;
    let trailers = HeaderMap::from_iter([(LEFT_OUT, HeaderValue::from(left_out))]);
    Some((Ok(Frame::trailers(trailers)), (receiver, None)))
}

/// A file cannot say who is not in it, and a browser shows no header of a file that it stores.
async fn tell(people: &People, caller: &Caller, left_out: u64) {
    if let Err(error) = people.tell_left_out(caller, left_out).await {
        tracing::warn!(%error, "whoever exported members was not told that some are left out");
    }
}

/// What a thread that may block writes, as it is written. An end that is none breaks the answer off.
pub(crate) fn written(
    app: &App,
    write: impl FnOnce(mpsc::Sender<Piece>) -> std::io::Result<()> + Send + 'static,
) -> Body {
    let (sender, receiver) = mpsc::channel(limits::EXPORT_PIECES_WAITING_MAX);
    let (tasks, pieces) = (app.tasks.clone(), sender.clone());
    app.tasks.start_short(async move {
        let ended = match tasks.apart(move || write(pieces)).await {
            Ok(ended) => ended,
            Err(error) => Err(std::io::Error::other(error)),
        };
        if let Err(error) = ended {
            break_off(&sender, error).await;
        }
    });
    streamed(receiver)
}

/// Breaks off what is sent, and tells the log why; whoever reads it, if anybody still does, learns that it is not whole.
async fn break_off(sender: &mpsc::Sender<Piece>, error: impl Display) {
    tracing::warn!(%error, "a file that was sent ended early");
    sender.send(Err(std::io::Error::other("the file ended early"))).await.unwrap_or_default();
}

fn streamed(receiver: mpsc::Receiver<Piece>) -> Body {
    Body::from_stream(stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (piece, receiver))
    }))
}

/// A spreadsheet is made in a file that has no name any more when it goes out. It is made to its end also when nobody waits for it any more,
/// as packing takes long: half of that would leave a file with a name.
async fn sheet(
    app: &App,
    caller: &Caller,
    settings: Settings,
    held: OwnedSemaphorePermit,
) -> Result<(Body, Option<u64>), Problem> {
    let (records, people, caller) = (app.records.clone(), app.people.clone(), caller.clone());
    let made = app.tasks.to_its_end(async move {
        let written = export::run(&records, &caller, &settings, |_| {}).await?;
        let file = tokio::fs::File::open(&settings.to).await;
        tokio::fs::remove_file(&settings.to).await.map_err(Problem::internal)?;
        let file = file.map_err(Problem::internal)?;
        tell(&people, &caller, written.left_out).await;
        Ok::<_, Problem>((file, held, written.left_out))
    });
    let (file, held, left_out) = made.await.map_err(Problem::internal)??;
    let pieces = ReaderStream::with_capacity(file, limits::EXPORT_PIECE_BYTES);
    let body = Body::from_stream(futures::StreamExt::map(pieces, move |piece| {
        // Given back when the last piece was sent, or the reader went away.
        let _held = &held;
        piece
    }));
    Ok((body, Some(left_out)))
}
