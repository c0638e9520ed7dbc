//! A list of the records of one kind: searched, filtered and ordered by declared indexes, page by page, or as CSV.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use fluent_bundle::FluentArgs;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use minijinja::{Value, context};
use tiwizi_model::{Language, Record, limits};
use tiwizi_records::{Page, ReadError};

use super::super::register;
use super::super::visit::{Visit, with_status};
use super::kinds::namespace_title;
use super::opened::Opened;
use super::question::{Question, filterable, is_searchable, orders, write_sort};
use super::references::References;
use super::shape::{Part, Shape, is_name};
use super::value::{Place, Show};
use super::words::{kind_said, kind_title, plain};
use crate::accepts::{self, Form};
use crate::api::{listing, question};
use crate::app::App;
use crate::parameters::decode_pairs;
use crate::problem::Problem;

/// The records of one page: few enough for a phone on a poor link.
const ROWS: u32 = 20;
/// The columns beside the name.
const COLUMNS_MAX: usize = 4;
const TITLE_CHARS_MAX: usize = 160;

type KindPath = Path<(String, String, String)>;

/// `GET /{language}/records/{namespace}/{kind}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind)): KindPath,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    let question = Question::read(&opened, decode_pairs(&visit.look.query)?);
    if accepts::choose(&headers, &[Form::Html, Form::Csv])? == Form::Csv {
        return csv(Arc::clone(&app), &opened, &question).await;
    }
    let (page, wrong) = match app.records.list(&opened.permit, &question.query(&opened, ROWS)).await {
        Ok(page) => (page, None),
        Err(ReadError::NotIndexed { .. }) => (nothing(), Some("records-mismatch")),
        Err(ReadError::Filter { .. } | ReadError::Hidden | ReadError::Cursor) => {
            (nothing(), Some("records-filter-wrong"))
        }
        Err(error) => return Err(error.into()),
    };
    let shown: Vec<&Record> = page.items.iter().collect();
    let references = References::load(&opened, &shown).await?;
    let title = kind_title(&opened.kind, visit.look.language);
    let path = opened.address();
    let data = context! {
        title => kind_said(&opened.kind, &visit.look),
        namespace => namespace_title(&app, &visit, &namespace),
        kinds => visit.look.address("/records"),
        searchable => is_searchable(&opened),
        text => question.text.as_deref().unwrap_or_default(),
        filters => filters(&opened, &question),
        sorts => sorts(&opened, &question),
        narrowed => question.is_narrowed(),
        results => rows(&opened, &references, &page),
        next => page.next.as_deref().map(|cursor| question.address(&path, Some(cursor))),
        first => question.cursor.is_some().then(|| question.address(&path, None)),
        new => opened.may_create().map(|_| format!("{path}/new")),
        csv => (!opened.caller().is_public()).then(|| question.address(&format!("{path}/csv"), None)),
        wrong,
        path,
        ..columns_of(&opened)
    };
    let response = visit.page(&app, "records/list.html", &title, data)?;
    Ok(if wrong.is_some() { with_status(StatusCode::BAD_REQUEST, response) } else { response })
}

/// `GET /{language}/records/{namespace}/{kind}/csv`: the same question as a file.
pub(super) async fn export(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind)): KindPath,
    visit: Visit,
) -> Result<Response, Problem> {
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    let question = Question::read(&opened, decode_pairs(&visit.look.query)?);
    csv(Arc::clone(&app), &opened, &question).await
}

/// Whoever is signed in gets the whole list; the public one page of it, as from the API.
async fn csv(app: Arc<App>, opened: &Opened<'_>, asked: &Question) -> Result<Response, Problem> {
    let query = asked.query(opened, limits::PAGE_ROWS_MAX);
    let fields = Some(opened.fields.iter().map(|field| field.name.clone()).collect());
    let question = question::Question { query, fields, has_limit: false };
    let shape = listing::Shape { form: Form::Csv, is_whole: !opened.caller().is_public() };
    let name = format!("attachment; filename=\"{}.csv\"", opened.kind.name().as_str().replace('/', "-"));
    let mut response = listing::export(app, opened.permit.clone(), Arc::clone(&opened.kind), question, shape).await?;
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

fn nothing() -> Page {
    Page { items: Vec::new(), next: None }
}

/// What stands in the list beside the name: what is asked about in indexes first, then what is required, short values only.
fn columns<'a>(opened: &'a Opened<'_>) -> Vec<&'a Part> {
    let indexed: Vec<&str> =
        opened.kind.sorted().iter().chain(opened.kind.unique()).flat_map(|index| index.names()).collect();
    let is_short = |field: &&Part| match &field.shape {
        Shape::Text { lines } => !lines && !field.name.ends_with("_key"),
        Shape::List(_) | Shape::Group(_) | Shape::Free => false,
        _ => true,
    };
    let mut found: Vec<&Part> = opened.fields.iter().filter(|field| !is_name(&field.name)).filter(is_short).collect();
    let titled: Vec<&str> = title_fields(opened);
    found.retain(|field| !titled.contains(&field.name.as_str()));
    found.sort_by_key(|field| (!indexed.contains(&field.name.as_str()), !field.required));
    found.truncate(COLUMNS_MAX);
    found
}

/// The fields that are a record's title where nothing is called a name; they need no column of their own.
fn title_fields<'a>(opened: &'a Opened<'_>) -> Vec<&'a str> {
    let has_name = opened.fields.iter().any(|field| is_name(&field.name));
    if has_name || !opened.kind.declaration().search.is_empty() {
        return Vec::new();
    }
    let is_told = |name: &str| opened.field(name).is_some_and(|field| field.shape != Shape::Reference);
    opened.kind.unique().first().into_iter().flat_map(|index| index.names()).filter(|name| is_told(name)).collect()
}

fn columns_of(opened: &Opened<'_>) -> Value {
    let labels: Vec<String> = columns(opened).into_iter().map(|field| opened.words.field(field)).collect();
    context! { columns => labels }
}

fn rows(opened: &Opened<'_>, references: &References, page: &Page) -> Vec<Value> {
    let show = Show { opened, references, place: Place::Cell };
    let columns = columns(opened);
    let path = opened.address();
    let row = |record: &Record| {
        let cell = |field: &&Part| {
            let value = record.body.get(&field.name).and_then(|value| show.value(field, value));
            context! { label => opened.words.field(field), value }
        };
        context! {
            href => format!("{path}/{}", record.id),
            title => plain(&opened.words.record(&opened.kind, &opened.fields, record), TITLE_CHARS_MAX),
            cells => columns.iter().map(cell).collect::<Vec<_>>(),
            changed => record.changed_at.0,
        }
    };
    page.items.iter().map(row).collect()
}

/// The controls of the filters: choices first.
fn filters(opened: &Opened<'_>, question: &Question) -> Vec<Value> {
    let mut fields = filterable(opened);
    fields.sort_by_key(|field| !is_chosen(opened, field));
    let control = |field: &Part| {
        let is_place = opened.kind.declaration().province.as_deref() == Some(field.name.as_str());
        context! {
            name => &*field.name,
            label => opened.words.field(field),
            value => question.filter(&field.name).unwrap_or_default(),
            regions => is_place.then(|| register::regions(opened.words.texts.language())),
            choices => choices(opened, field),
            day => field.shape == Shape::Day,
            chosen => is_chosen(opened, field),
        }
    };
    fields.into_iter().map(control).collect()
}

fn is_chosen(opened: &Opened<'_>, field: &Part) -> bool {
    opened.kind.declaration().province.as_deref() == Some(field.name.as_str()) || choices(opened, field).is_some()
}

/// The values that a field may have, with their names; none when it is not a choice.
pub(super) fn choices(opened: &Opened<'_>, field: &Part) -> Option<Vec<(String, String)>> {
    let words = &opened.words;
    match &field.shape {
        Shape::Choice(codes) => {
            Some(codes.iter().map(|code| (code.clone(), words.choice(&field.name, code))).collect())
        }
        Shape::Flag => {
            let choice = |(code, key): (&str, &str)| (code.to_owned(), words.texts.text(key));
            Some([("true", "yes"), ("false", "no")].map(choice).to_vec())
        }
        Shape::Text { .. } if field.name == "sector" && opened.kind.name().namespace() == "registry" => Some(
            tiwizi_registry::sectors::all()
                .iter()
                .map(|one| (one.code.clone(), words.choice("sector", &one.code)))
                .collect(),
        ),
        Shape::Text { .. } if field.name == "language" => {
            Some(Language::ALL.map(|language| (language.tag().to_owned(), language.own_name().to_owned())).to_vec())
        }
        _ => None,
    }
}

fn sorts(opened: &Opened<'_>, question: &Question) -> Vec<Value> {
    let now = question.query(opened, ROWS).sort.as_ref().map(write_sort);
    let texts = &opened.words.texts;
    let option = |field: String, descending: bool| {
        let label = match opened.field(&field) {
            Some(field) => opened.words.field(field),
            None => texts.text("records-created"),
        };
        let mut args = FluentArgs::new();
        args.set("field", texts.value(&label));
        let label = texts.text_with(if descending { "records-sort-down" } else { "records-sort-up" }, &args);
        let value = write_sort(&(field, descending));
        context! { selected => now.as_deref() == Some(&*value), value, label }
    };
    let fields = orders(opened, question).into_iter();
    fields.flat_map(|field| [option(field.clone(), false), option(field, true)]).collect()
}
