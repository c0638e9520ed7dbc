//! A visit of a plugin's page from inside the process: for the author's tools, which want the plugin's answer and the page that the
//! kernel makes of it. There is no socket, no session and no form's secret: who asks is a caller that the tool has made.

use std::sync::Arc;

use axum::response::Response;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use tiwizi_host::{Answer, Answered, Outcome, Request as PluginRequest};
use tiwizi_identity::Caller;
use tiwizi_model::{PluginId, limits};
use tiwizi_records::{ReaderError, SearchReader, catch_up};
use tiwizi_registry::JourneyReader;
use tiwizi_registry::readers::TallyReader;
use tiwizi_storage::StorageError;

use crate::app::App;
use crate::caller::Visitor;
use crate::edge::chain;
use crate::pages::{self, PluginPage};
use crate::parameters::decode_pairs;
use crate::problem::Problem;

/// A visit of an address of a plugin.
#[derive(Debug)]
pub struct InsideVisit {
    /// The plugin.
    pub plugin: PluginId,
    /// Who asks.
    pub caller: Caller,
    /// What is asked; its query is read from the text beside it.
    pub request: PluginRequest,
    /// What stands behind the `?`.
    pub query: String,
}

/// What came of a visit.
#[derive(Debug)]
pub struct InsideReply {
    /// The status of the answer.
    pub status: u16,
    /// What the plugin answered; none when it gave no answer that could be used.
    pub answer: Option<Answer>,
    /// The page, rendered; empty for other answers.
    pub page: String,
    /// The code of a problem.
    pub code: Option<String>,
    /// Why there is a problem, with every cause: for the author, never for a visitor.
    pub causes: Option<String>,
}

/// Visits an address of a plugin as a caller.
pub async fn visit_plugin(app: &Arc<App>, visit: InsideVisit) -> InsideReply {
    let InsideVisit { plugin, caller, mut request, query } = visit;
    request.query = match decode_pairs(&query) {
        Ok(query) => query,
        Err(problem) => return refused(&problem, None),
    };
    let (language, path) = (request.language, request.path.clone());
    let Answered { answer, edition } = match app.host.call(&plugin, caller.clone(), request).await {
        Ok(answered) => answered,
        Err(error) => {
            let causes = chain(&error);
            return InsideReply { causes: Some(causes), ..refused(&Problem::from(error), None) };
        }
    };
    match &answer {
        Answer::Page { status, .. } => {
            let (visitor, headers) = (Visitor::inside(caller), HeaderMap::new());
            let page = PluginPage {
                visitor: &visitor,
                language,
                edition: &edition,
                path: &path,
                query: &query,
                headers: &headers,
            };
            match pages::render_plugin(app, page, answer.clone()).await {
                Ok(response) => InsideReply { page: text_of(response).await, ..plain(*status, answer) },
                Err(problem) => {
                    let causes = problem.cause().map(|cause| chain(cause)).unwrap_or_default();
                    InsideReply { causes: Some(causes), ..refused(&problem, Some(answer)) }
                }
            }
        }
        Answer::Json { status, .. } => plain(*status, answer),
        Answer::Redirect { .. } => plain(http::StatusCode::SEE_OTHER.as_u16(), answer),
        Answer::Asset { .. } => plain(http::StatusCode::OK.as_u16(), answer),
        Answer::Problem { status, code, .. } => InsideReply { code: Some(code.clone()), ..plain(*status, answer) },
    }
}

/// Why what follows from writes did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// A reader of the log failed.
    #[error("the log could not be read")]
    Reader(#[source] ReaderError),
    /// The queue of work failed.
    #[error("the work of plugins could not be done")]
    Storage(#[source] StorageError),
    /// Work makes work makes work.
    #[error("more than {} pieces of work follow from one step", limits::SETTLE_WORK_MAX)]
    Endless,
}

/// Does at once what happens in the background while an instance is served: the readers of the log take in everything that was written, and
/// the plugins do their work that is due, with all that follows from it. What became of each piece is answered in its order.
///
/// # Errors
/// When a reader or the queue fails, or the work does not end.
pub async fn settle(app: &App) -> Result<Vec<Outcome>, SettleError> {
    let mut outcomes = Vec::new();
    loop {
        catch_up(&app.records, &SearchReader::new(app.records.catalogue().clone()))
            .await
            .map_err(SettleError::Reader)?;
        catch_up(&app.records, &TallyReader::default()).await.map_err(SettleError::Reader)?;
        catch_up(&app.records, &JourneyReader::new(app.records.clone())).await.map_err(SettleError::Reader)?;
        app.host.expand_events().await.map_err(SettleError::Reader)?;
        app.host.keep_schedules(&app.settings.zone).await.map_err(SettleError::Storage)?;
        let works = app.host.take_work().await.map_err(SettleError::Storage)?;
        if works.is_empty() {
            return Ok(outcomes);
        }
        for work in works {
            outcomes.push(app.host.do_work(work).await.map_err(SettleError::Storage)?);
        }
        if outcomes.len() > limits::SETTLE_WORK_MAX {
            return Err(SettleError::Endless);
        }
    }
}

fn plain(status: u16, answer: Answer) -> InsideReply {
    InsideReply { status, answer: Some(answer), page: String::new(), code: None, causes: None }
}

fn refused(problem: &Problem, answer: Option<Answer>) -> InsideReply {
    let (status, code) = (problem.fault().status().as_u16(), problem.fault().code().to_owned());
    InsideReply { status, answer, page: String::new(), code: Some(code), causes: None }
}

async fn text_of(response: Response) -> String {
    let body = response.into_body().collect().await;
    body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned()).unwrap_or_default()
}
