//! A visit of a plugin's page from inside the process: for the author's tools, which want the plugin's answer and the page that the
//! kernel makes of it. There is no socket, no session and no form's secret: who asks is a caller that the tool has made.

use std::sync::Arc;

use axum::response::Response;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use tiwizi_host::{Answer, Request as PluginRequest};
use tiwizi_identity::Caller;
use tiwizi_model::PluginId;
use tiwizi_records::{ReaderError, SearchReader, catch_up};
use tiwizi_registry::readers::TallyReader;

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
    let answer = match app.host.call(&plugin, caller.clone(), request).await {
        Ok(answer) => answer,
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
                plugin: &plugin,
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

/// Lets the readers of the log take in everything that was written, as they do in the background while an instance is served.
///
/// # Errors
/// When a reader fails.
pub async fn catch_up_readers(app: &App) -> Result<(), ReaderError> {
    catch_up(&app.records, &SearchReader::new(app.records.catalogue().clone())).await?;
    catch_up(&app.records, &TallyReader::default()).await.map(drop)
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
