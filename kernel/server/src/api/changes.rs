//! The change log as others read it: JSON lines from a place on, with a long poll; or server-sent events. Only changes
//! of records that the caller may read are in it; the numbers of the others are left out.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use serde::Serialize;
use tiwizi_identity::Caller;
use tiwizi_model::{Change, Seq, limits};
use tiwizi_records::ChangePage;
use tokio::sync::watch;
use utoipa::ToSchema;

use crate::accepts::{self, Form};
use crate::app::App;
use crate::caller::Visitor;
use crate::export::json_line;
use crate::parameters::Parameters;
use crate::problem::{Problem, ProblemBody};
use crate::tasks::Stop;
use crate::time::rfc3339;

/// The header that says where the next read goes on: further than the last line when the caller may not read what
/// lies between.
const NEXT: HeaderName = HeaderName::from_static("x-next-after");
const WAIT_MAX_S: u64 = 25;
/// With PostgreSQL other kernels write too, and nothing wakes us for them.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A change, on a line of its own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeView {
    /// Its place in the log.
    seq: i64,
    /// When.
    at: String,
    /// The kind of the record.
    kind: String,
    /// The record.
    record: String,
    /// The version that it made.
    version: i64,
    /// `create`, `replace` or `delete`.
    operation: &'static str,
    /// Who wrote it; only for those who are signed in.
    account: Option<String>,
    /// The plugin through which it was written.
    plugin: Option<String>,
}

impl ChangeView {
    fn of(change: &Change, caller: &Caller) -> Self {
        Self {
            seq: change.seq.0,
            at: rfc3339(change.at),
            kind: change.kind.to_string(),
            record: change.record.to_string(),
            version: change.version.0,
            operation: change.operation.name(),
            account: change.author.account.filter(|_| !caller.is_public()).map(|account| account.to_string()),
            plugin: change.author.plugin.as_ref().map(ToString::to_string),
        }
    }
}

struct Wish {
    after: Seq,
    limit: u32,
    wait: Duration,
}

/// Reads the log from a place on.
#[utoipa::path(get, path = "/api/v1/changes", tag = "records",
    params(
        ("after" = Option<i64>, Query, description = "The last place that the caller has; 0 from the beginning"),
        ("limit" = Option<u32>, Query, description = "How many changes at most"),
        ("wait" = Option<u64>, Query, description = "How many seconds to wait for a change, up to 25"),
    ),
    responses((status = 200, body = ChangeView, content_type = "application/x-ndjson"), (status = 400, body = ProblemBody), (status = 406, body = ProblemBody)))]
pub(crate) async fn read(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let form = accepts::choose(&headers, &[Form::Lines, Form::Events])?;
    let mut wish = Wish::read(uri.query())?;
    if form == Form::Events {
        // A browser that lost its connection says what it saw last.
        if let Some(last) = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok()) {
            wish.after = Seq(last);
        }
        return Ok(follow(app, headers, wish));
    }
    let page = poll(&app, visitor.caller(), &wish).await?;
    let mut lines = Vec::new();
    for change in &page.items {
        lines.extend(json_line(&ChangeView::of(change, visitor.caller())).map_err(Problem::internal)?);
    }
    let mut response = Body::from(lines).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    response.headers_mut().insert(NEXT, HeaderValue::from(page.next.0));
    Ok(response)
}

impl Wish {
    fn read(query: Option<&str>) -> Result<Self, Problem> {
        let mut parameters = Parameters::of_query(query)?;
        let after: i64 = parameters.take_as("after", "a place in the log")?.unwrap_or_default();
        let limit: u32 = parameters.take_as("limit", "a number")?.unwrap_or(limits::PAGE_ROWS_MAX);
        let wait: u64 = parameters.take_as("wait", "a number of seconds")?.unwrap_or_default();
        parameters.finish()?;
        if after < 0 {
            return Err(Problem::parameter("after", "a place in the log is expected"));
        }
        if limit == 0 || limit > limits::CHANGES_ROWS_MAX {
            return Err(Problem::parameter("limit", format!("1 to {} are given", limits::CHANGES_ROWS_MAX)));
        }
        if wait > WAIT_MAX_S {
            return Err(Problem::parameter("wait", format!("at most {WAIT_MAX_S} seconds")));
        }
        Ok(Self { after: Seq(after), limit, wait: Duration::from_secs(wait) })
    }
}

/// Reads a page; when it is empty, waits for the log to grow, but not for ever.
async fn poll(app: &App, caller: &Caller, wish: &Wish) -> Result<ChangePage, Problem> {
    let mut woken = app.db.woken();
    let mut stop = app.tasks.closing();
    let deadline = tokio::time::sleep(wish.wait);
    tokio::pin!(deadline);
    let mut after = wish.after;
    loop {
        woken.mark_unchanged();
        let page = app.records.changes(caller, after, wish.limit).await?;
        if !page.items.is_empty() || wish.wait.is_zero() || deadline.is_elapsed() {
            return Ok(page);
        }
        after = page.next;
        if !page.at_end {
            continue;
        }
        tokio::select! {
            () = &mut deadline => return Ok(page),
            () = stop.asked() => return Ok(page),
            () = grown(&mut woken) => {}
        }
    }
}

async fn grown(woken: &mut watch::Receiver<u64>) {
    // Neither a closed channel nor the pause is an error: the log is simply looked at again.
    drop(tokio::time::timeout(LOOK_AGAIN, woken.changed()).await);
}

struct Follower {
    app: Arc<App>,
    headers: HeaderMap,
    wish: Wish,
    stop: Stop,
}

fn follow(app: Arc<App>, headers: HeaderMap, wish: Wish) -> Response {
    let stop = app.tasks.closing();
    let wish = Wish { wait: TURN, ..wish };
    let events = follow_events(Follower { app, headers, wish, stop });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response();
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// Each turn asks anew who the caller is, so that a role that was taken away counts no longer than one turn.
fn follow_events(follower: Follower) -> impl Stream<Item = Result<Event, Infallible>> {
    let turns = stream::unfold((follower, 0_u32), |(mut follower, turn)| async move {
        if turn >= TURNS_MAX || follower.stop.is_asked() {
            return None;
        }
        let events = match follower.turn().await {
            Ok(events) => events,
            Err(problem) => {
                tracing::warn!(problem.code = problem.fault().code(), "a stream of changes ended");
                return None;
            }
        };
        Some((stream::iter(events.into_iter().map(Ok)), (follower, turn.saturating_add(1))))
    });
    futures::StreamExt::flatten(turns)
}

impl Follower {
    async fn turn(&mut self) -> Result<Vec<Event>, Problem> {
        let visitor = Visitor::recognise_again(&self.app, &self.headers, ADDRESS).await?;
        let page = poll(&self.app, visitor.caller(), &self.wish).await?;
        self.wish.after = page.next;
        Ok(page.items.iter().filter_map(|change| event(&ChangeView::of(change, visitor.caller()))).collect())
    }
}

const ADDRESS: &str = "/api/v1/changes";
/// One turn of a stream.
const TURN: Duration = Duration::from_secs(5);

/// After so many reads a stream ends and the client opens another.
const TURNS_MAX: u32 = 10_000;

fn event(view: &ChangeView) -> Option<Event> {
    Event::default().id(view.seq.to_string()).event("change").json_data(view).ok()
}
