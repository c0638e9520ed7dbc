//! Making and changing a record by its form.
//!
//! A form carries the version that it was made of and a key of its own: sent twice it has its effect once, and what somebody
//! else wrote in the meantime is shown beside what was typed, so that nothing is lost on either side.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use serde_json::{Value as Json, json};
use tiwizi_identity::policy::Classes;
use tiwizi_model::{Record, RecordId, Version};
use tiwizi_records::field_error::pointer_to;
use tiwizi_records::{Draft, FieldError, Receipt, WriteError};

use super::super::duplicates::reasons_said;
use super::super::visit::{Asked, SignedIn, Visit};
use super::changes::between;
use super::form::{DISTINCT, Form};
use super::given::{FormFault, Given};
use super::history::last_content;
use super::kinds::namespace_title;
use super::opened::{Opened, own_province};
use super::references::References;
use super::shape::Part;
use super::show::{RecordPath, head, title};
use super::value::{Place, Show};
use super::words::{kind_said, kind_title};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

/// A form's own key is no longer than a UUID.
const ONCE_BYTES_MAX: usize = 36;

/// Fields that the register sets: how many acts there are, and of what a record is an alias.
const KEPT: [&str; 2] = ["acts", "merged_into"];

type KindPath = Path<(String, String, String)>;

/// `GET /{language}/records/{namespace}/{kind}/new`
pub(super) async fn new(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind)): KindPath,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    let classes = opened.may_create().ok_or(Fault::NotFound)?;
    let mut given = Given::default();
    if let Some((field, province)) = opened.kind.declaration().province.as_ref().zip(own_province(opened.caller())) {
        given.set(&pointer_to(field), &province);
    }
    new_page(Form::new(&opened, settable(&opened, classes), given))
}

/// `POST /{language}/records/{namespace}/{kind}/new`
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind)): KindPath,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = sender(&app, asked, &posted).await?;
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    let classes = opened.may_create().ok_or(Fault::NotFound)?;
    let form = Form::new(&opened, settable(&opened, classes), Given::of_posted(&posted.fields));
    let body = match form.given.body(&form.fields, &json!({})) {
        Ok(body) => body,
        Err(faults) => return new_page(form.with_faults(faults)),
    };
    let draft = Draft::create(opened.kind.name().clone(), body.clone());
    match app.records.submit(opened.caller(), vec![draft], receipt(&visit, &posted)).await {
        Ok(written) => gone_well(&opened, written.first().map(|record| record.id), "record-created").await,
        Err(error) => new_page(refused(form, error, &body).await?),
    }
}

fn new_page(form: Form<'_>) -> Result<Response, Problem> {
    let opened = form.opened;
    let (visit, list) = (opened.visit, opened.address());
    let kind = kind_title(&opened.kind, visit.look.language);
    let around = context! {
        kind => kind_said(&opened.kind, &visit.look),
        namespace => namespace_title(opened.app, visit, opened.kind.name().namespace()),
        kinds => visit.look.address("/records"),
        action => format!("{list}/new"),
        cancel => &*list,
        list => &*list,
        is_new => true,
    };
    let title = format!("{} · {kind}", opened.words.texts.text("records-new"));
    form.page(&title, around)
}

/// `GET /{language}/records/{namespace}/{kind}/{id}/edit`
pub(super) async fn edit(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind, id)): RecordPath,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    let record = opened.record(&id).await?;
    let classes = opened.may_edit(&record).ok_or(Fault::NotFound)?;
    let fields = settable(&opened, classes);
    let given = Given::of_body(&fields, &record.body);
    edit_page(&record, Form::new(&opened, fields, given))
}

/// `POST /{language}/records/{namespace}/{kind}/{id}/edit`
pub(super) async fn replace(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind, id)): RecordPath,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = sender(&app, asked, &posted).await?;
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    let seen = seen(&posted)?;
    let given = Given::of_posted(&posted.fields);
    let Some(record) = current(&opened, &id).await? else {
        return deleted_meanwhile(&opened, &id, given).await;
    };
    let classes = opened.may_edit(&record).ok_or(Fault::NotFound)?;
    let form = Form::new(&opened, settable(&opened, classes), given);
    let body = match form.given.body(&form.fields, &record.body) {
        Ok(body) => body,
        Err(faults) => {
            return edit_page(&Record { version: seen, ..record }, form.with_faults(faults));
        }
    };
    if seen == record.version && body == record.body {
        return gone_well(&opened, Some(record.id), "record-saved").await;
    }
    let draft = Draft::replace(opened.kind.name().clone(), record.id, body.clone(), seen);
    match app.records.submit(opened.caller(), vec![draft], receipt(&visit, &posted)).await {
        Ok(_) => gone_well(&opened, Some(record.id), "record-saved").await,
        Err(WriteError::Stale { .. }) => {
            let record = current(&opened, &id).await?.ok_or(Fault::Stale)?;
            let form = both(form, &record, seen).await?;
            edit_page(&record, form)
        }
        Err(error) => edit_page(&record, refused(form, error, &body).await?),
    }
}

fn edit_page(record: &Record, form: Form<'_>) -> Result<Response, Problem> {
    let opened = form.opened;
    let path = format!("{}/{}", opened.address(), record.id);
    let around = context! {
        action => format!("{path}/edit"),
        cancel => path,
        seen => record.version.0,
        is_new => false,
        ..head(opened, record)
    };
    form.page(&title(opened, record), around)
}

/// A form over which somebody else wrote. What only they changed is taken over; what both changed stays as typed, with the
/// other value beside it; all that changed meanwhile is listed.
async fn both<'a>(mut form: Form<'a>, now: &Record, seen: Version) -> Result<Form<'a>, Problem> {
    let opened = form.opened;
    let base = opened.app.records.history(&opened.permit, now.id, Some(seen.next()), 1).await?;
    let base = base.into_iter().map(|entry| entry.record).find(|record| record.version == seen);
    let references = References::load(opened, &[now]).await?;
    let theirs = Given::of_body(&form.fields, &now.body);
    // Without the version that the form was made of, every field counts as typed.
    let before = base.as_ref().map(|base| Given::of_body(&form.fields, &base.body));
    let show = Show { opened, references: &references, place: Place::Cell };
    for field in form.fields.clone() {
        let is_touched = before.as_ref().is_none_or(|before| !form.given.is_same(field, before));
        if !is_touched {
            form.given.take_over(field, &theirs);
        } else if !form.given.is_same(field, &theirs) {
            let value = now.body.get(&field.name).and_then(|value| show.value(field, value));
            form.now.push((field.name.clone(), value.unwrap_or_else(|| context! { text => "–" })));
        }
    }
    let nothing = Json::Null;
    form.meanwhile = between(opened, &references, base.as_ref().map_or(&nothing, |base| &base.body), &now.body);
    Ok(form.saying("records-conflict", StatusCode::CONFLICT))
}

/// A form whose record was deleted before it was sent: what was typed is shown, so that it can be kept.
async fn deleted_meanwhile(opened: &Opened<'_>, id: &str, given: Given) -> Result<Response, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let entries = opened.app.records.history(&opened.permit, id, None, 2).await?;
    let record = last_content(&entries).ok_or(Fault::NotFound)?;
    let classes = opened.may_edit(record).ok_or(Fault::NotFound)?;
    let form = Form::new(opened, settable(opened, classes), given).saying("records-gone", StatusCode::CONFLICT);
    edit_page(record, form)
}

async fn current(opened: &Opened<'_>, id: &str) -> Result<Option<Record>, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    Ok(opened.app.records.read(&opened.permit, id).await?.filter(|record| !record.deleted))
}

/// The fields that a form may set; what only the register itself sets is left as it is.
pub(super) fn settable<'a>(opened: &'a Opened<'_>, classes: Classes) -> Vec<&'a Part> {
    let is_of_register = opened.kind.name().namespace() == "registry";
    let may = |field: &&Part| {
        let is_kept = is_of_register && KEPT.contains(&field.name.as_str());
        !is_kept && opened.kind.class(&field.name).is_some_and(|class| classes.holds(class))
    };
    opened.fields.iter().filter(may).collect()
}

/// The form again, with what the kernel found wrong.
async fn refused<'a>(form: Form<'a>, error: WriteError, body: &Json) -> Result<Form<'a>, Problem> {
    let faults = match error {
        WriteError::Invalid { fields, .. } => fields,
        WriteError::Alike { fields, .. } if fields.iter().any(|field| field.code == "taken") => fields,
        WriteError::Alike { fields, .. } => return alike(form, &fields).await,
        WriteError::Duplicate { fields, .. } => {
            fields.iter().map(|field| FieldError::of_field(field, "taken", "another record has this value")).collect()
        }
        // Who may not write there may have forgotten the field that says where.
        WriteError::Refused(_) => match form.opened.kind.validate(body) {
            Err(rejection) => rejection.fields,
            Ok(()) => return Ok(form.saying("records-refused", StatusCode::FORBIDDEN)),
        },
        WriteError::ReceiptReused => return Ok(form.saying("records-sent-before", StatusCode::CONFLICT)),
        error => return Err(error.into()),
    };
    let fault = |error: FieldError| FormFault {
        pointer: error.pointer,
        code: error.code.into_owned(),
        message: error.message,
        is_for_people: error.said_by.is_some(),
    };
    Ok(form.with_faults(faults.into_iter().map(fault).collect()))
}

/// The form again, with the records that the new one may be the same as: whoever has looked at them ticks those that are others.
async fn alike<'a>(form: Form<'a>, fields: &[FieldError]) -> Result<Form<'a>, Problem> {
    let opened = form.opened;
    let ids: Vec<RecordId> = fields.iter().filter_map(|field| field.record).collect();
    let found = opened.app.records.read_many(&opened.permit, &ids).await?;
    let twin = |field: &FieldError| {
        let record = found.iter().find(|record| Some(record.id) == field.record)?;
        Some(context! {
            id => record.id.to_string(),
            href => format!("{}/{}", opened.address(), record.id),
            name => opened.words.record(&opened.kind, &opened.fields, record),
            reasons => reasons_said(&opened.words.texts, field.reasons.iter().map(String::as_str)),
        })
    };
    let twins = fields.iter().filter_map(twin).collect();
    let (pointer, message) = (pointer_to(DISTINCT), opened.words.texts.text("fault-alike"));
    let fault = FormFault { pointer, code: "duplicate".to_owned(), message, is_for_people: true };
    Ok(Form { twins, ..form.with_faults(vec![fault]) })
}

/// Sends the browser to the record that was written, or to the list when its writer may not read it.
async fn gone_well(opened: &Opened<'_>, id: Option<RecordId>, done: &str) -> Result<Response, Problem> {
    let found = match id {
        Some(id) => opened.app.records.read(&opened.permit, id).await?,
        None => None,
    };
    let path = opened.path();
    Ok(opened.visit.go(&found.map_or_else(|| path.clone(), |record| format!("{path}/{}?done={done}", record.id))))
}

/// Who sent a form; somebody who is signed in.
pub(super) async fn sender(app: &App, asked: Asked, posted: &Posted) -> Result<Visit, Problem> {
    let visit = asked.by(app, posted.visitor.clone()).await;
    visit.visitor.signed_in()?;
    if visit.must_change() { Err(Fault::MustChangePassword.into()) } else { Ok(visit) }
}

/// The version that a form was made of.
pub(super) fn seen(posted: &Posted) -> Result<Version, Problem> {
    let seen = posted.field("seen").and_then(|text| text.parse().ok()).map(Version);
    seen.ok_or_else(|| Problem::field("/seen", "required", "the form does not say which version it was made of"))
}

/// The receipt of a form: its own key, and all that was sent with it.
pub(super) fn receipt(visit: &Visit, posted: &Posted) -> Option<Receipt> {
    let is_key =
        |key: &&str| !key.is_empty() && key.len() <= ONCE_BYTES_MAX && key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = posted.field("once").filter(is_key)?;
    let sent: Vec<&[u8]> = std::iter::once(visit.look.path.as_bytes())
        .chain(posted.fields.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]))
        .collect();
    Some(Receipt::new(key, &sent))
}

/// What a confirmation or a form needs besides.
pub(super) fn once(app: &App) -> Value {
    context! { once => app.ambient.new_uuid().to_string() }
}
