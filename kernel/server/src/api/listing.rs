//! Lists as exports: CSV and JSON lines, written page by page while they are read, so that a whole kind never lies in
//! memory.

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, header};
use serde_json::Value;
use tiwizi_identity::policy::ReadPermit;
use tiwizi_model::{Record, limits};
use tiwizi_records::{Kind, Page};

use crate::accepts::Form;
use crate::api::question::Question;
use crate::api::shapes::RecordView;
use crate::app::App;
use crate::export::{cell_of, csv_line, json_line};
use crate::problem::Problem;

/// The form of an export, and whether it goes to the end or over one page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) form: Form,
    pub(crate) is_whole: bool,
}

/// The header that carries the cursor of the next page where the body has no room for it.
const NEXT: &str = "x-next-cursor";

/// Records as they go out, with the wanted fields only.
pub(crate) fn views(records: Vec<Record>, fields: Option<&[String]>) -> Vec<RecordView> {
    records
        .into_iter()
        .map(|record| {
            let mut view = RecordView::from(record);
            if let Some(fields) = fields {
                view.narrow(fields);
            }
            view
        })
        .collect()
}

struct Export {
    app: Arc<App>,
    permit: ReadPermit,
    question: Question,
    form: Form,
    columns: Vec<String>,
    rows_left: usize,
}

/// Writes an export. The first page is read before the answer begins, so that a refusal is still a problem.
pub(crate) async fn export(
    app: Arc<App>,
    permit: ReadPermit,
    kind: Arc<Kind>,
    mut question: Question,
    shape: Shape,
) -> Result<Response, Problem> {
    if shape.is_whole {
        question.query.limit = limits::PAGE_ROWS_MAX;
    }
    let columns = columns(&kind, question.fields.as_deref());
    let rows_left = if shape.is_whole { limits::EXPORT_ROWS_MAX } else { 0 };
    let export = Export { app, permit, question, form: shape.form, columns, rows_left };
    let page = export.app.records.list(&export.permit, &export.question.query).await?;
    let next = page.next.clone();
    let mut first = export.header();
    first.extend(export.lines(page)?);
    let rest = stream::unfold((export, next.clone()), |(mut export, cursor)| async move {
        let cursor = cursor.filter(|_| export.rows_left > 0)?;
        let outcome = export.page_after(cursor).await;
        match outcome {
            Ok((lines, next)) => Some((Ok(lines), (export, next))),
            Err(problem) => Some((Err(std::io::Error::other(problem.fault().code())), (export, None))),
        }
    });
    let first = stream::once(std::future::ready(Ok(Bytes::from(first))));
    let body = Body::from_stream(futures::StreamExt::chain(first, rest));
    Ok(with_headers(body, shape, next))
}

fn with_headers(body: Body, shape: Shape, next: Option<String>) -> Response {
    let media_type = if shape.form == Form::Csv { "text/csv; charset=utf-8" } else { "application/x-ndjson" };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    if let Some(next) = next.filter(|_| !shape.is_whole).and_then(|next| HeaderValue::from_str(&next).ok()) {
        headers.insert(NEXT, next);
    }
    response
}

impl Export {
    async fn page_after(&mut self, cursor: String) -> Result<(Bytes, Option<String>), Problem> {
        self.question.query.cursor = Some(cursor);
        let page = self.app.records.list(&self.permit, &self.question.query).await?;
        self.rows_left = self.rows_left.saturating_sub(page.items.len());
        let next = page.next.clone();
        Ok((Bytes::from(self.lines(page)?), next))
    }

    fn header(&self) -> Vec<u8> {
        match self.form {
            Form::Csv => {
                let fixed = FIXED_COLUMNS.into_iter();
                csv_line(fixed.chain(self.columns.iter().map(String::as_str))).into_bytes()
            }
            Form::Json | Form::Lines | Form::Events | Form::Html => Vec::new(),
        }
    }

    fn lines(&self, page: Page) -> Result<Vec<u8>, Problem> {
        let mut text = Vec::new();
        match self.form {
            Form::Csv => page.items.iter().for_each(|record| text.extend(self.csv_row(record).into_bytes())),
            Form::Json | Form::Lines | Form::Events | Form::Html => {
                for view in views(page.items, self.question.fields.as_deref()) {
                    text.extend(json_line(&view).map_err(Problem::internal)?);
                }
            }
        }
        Ok(text)
    }

    fn csv_row(&self, record: &Record) -> String {
        let fixed = [
            record.id.to_string(),
            record.version.to_string(),
            record.province.map(|code| code.to_string()).unwrap_or_default(),
        ];
        let cells: Vec<String> =
            fixed.into_iter().chain(self.columns.iter().map(|column| cell_of(record.body.get(column)))).collect();
        csv_line(cells.iter().map(String::as_str))
    }
}

const FIXED_COLUMNS: [&str; 3] = ["id", "version", "province"];

fn columns(kind: &Kind, fields: Option<&[String]>) -> Vec<String> {
    if let Some(fields) = fields {
        return fields.to_vec();
    }
    match kind.declaration().schema().get("properties") {
        Some(Value::Object(properties)) => properties.keys().cloned().collect(),
        _ => Vec::new(),
    }
}
