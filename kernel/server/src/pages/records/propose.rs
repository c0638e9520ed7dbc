//! Proposing a change of a record whose home is another instance.
//!
//! The form is the record's own, with the version that was looked at and a key of its own: sent twice it is one proposal. What goes out
//! is what was changed, and nothing else.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::context;
use serde_json::{Map, Value as Json};
use tiwizi_federation::proposals::{self, NewProposal, ProposalsError};
use tiwizi_identity::policy::Classes;
use tiwizi_model::{Record, RecordId};

use super::super::visit::{Asked, SignedIn};
use super::form::Form;
use super::given::{FormFault, Given};
use super::opened::Opened;
use super::shape::Part;
use super::show::{RecordPath, head, title};
use super::write::{seen, sender, settable};
use crate::app::App;
use crate::form::Posted;
use crate::moving::proposals;
use crate::problem::{Fault, Problem};

/// Where this record's form is, for those who may propose a change of it.
pub(super) fn offer(opened: &Opened<'_>, record: &Record) -> Option<String> {
    let door = opened.app.proposals()?;
    let may = door.could(opened.caller(), record);
    may.then(|| format!("{}/{}/propose", opened.address(), record.id))
}

/// `GET /{language}/records/{namespace}/{kind}/{id}/propose`
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind, id)): RecordPath,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    let form = open(&opened, &id).await?;
    let fields = changeable(&opened, &form.record)?;
    let given = Given::of_body(&fields, &form.record.body);
    page(&form, Form::new(&opened, fields, given))
}

/// `POST /{language}/records/{namespace}/{kind}/{id}/propose`
pub(super) async fn send(
    State(app): State<Arc<App>>,
    Path((_, namespace, kind, id)): RecordPath,
    asked: Asked,
    posted: Posted,
) -> Result<Response, Problem> {
    let visit = sender(&app, asked, &posted).await?;
    let opened = Opened::of(&app, &visit, &namespace, &kind)?;
    let seen = seen(&posted)?;
    let mut around = open(&opened, &id).await?;
    if let Some(key) = posted.field("key") {
        key.clone_into(&mut around.key);
    }
    let record = &around.record;
    let fields = changeable(&opened, record)?;
    let form = Form::new(&opened, fields, Given::of_posted(&posted.fields));
    let body = match form.given.body(&form.fields, &record.body) {
        Ok(body) => body,
        Err(faults) => return page(&around, form.with_faults(faults)),
    };
    let new = NewProposal {
        kind: opened.kind.name().clone(),
        record: record.id,
        seen,
        patch: Json::Object(patch(&form.fields, &record.body, &body)),
        key: around.key.clone(),
    };
    match proposals(&app)?.propose(opened.caller(), new).await {
        Ok(proposal) => Ok(visit.go(&format!("/federation/proposals/{proposal}?done=proposal-sent"))),
        Err(ProposalsError::Invalid { fields }) => {
            let fault = |error: tiwizi_records::FieldError| FormFault {
                pointer: error.pointer,
                code: error.code.into_owned(),
                message: error.message,
                is_for_people: false,
            };
            page(&around, form.with_faults(fields.into_iter().map(fault).collect()))
        }
        Err(error) => Err(error.into()),
    }
}

/// The form's record, for somebody who may propose; for others there is no such page.
async fn open(opened: &Opened<'_>, id: &str) -> Result<proposals::Opened, Problem> {
    let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = proposals(opened.app)?.open(opened.caller(), opened.kind.name(), id).await?;
    if found.record.deleted { Err(Fault::NotFound.into()) } else { Ok(found) }
}

/// The fields that are seen of a record: nobody proposes what they may not look at.
fn changeable<'a>(opened: &'a Opened<'_>, record: &Record) -> Result<Vec<&'a Part>, Problem> {
    let classes: Classes = opened.permit.classes(record.subject, record.province).ok_or(Fault::NotFound)?;
    let subject = opened.kind.subject_field();
    let fields = settable(opened, classes);
    Ok(fields.into_iter().filter(|field| subject != Some(field.name.as_str())).collect())
}

fn page(around: &proposals::Opened, form: Form<'_>) -> Result<Response, Problem> {
    let opened = form.opened;
    let path = format!("{}/{}", opened.address(), around.record.id);
    let data = context! {
        action => format!("{path}/propose"),
        cancel => path,
        seen => around.record.version.0,
        key => &*around.key,
        home => &*around.home,
        is_new => false,
        is_proposal => true,
        ..head(opened, &around.record)
    };
    form.page(&title(opened, &around.record), data)
}

/// What changes one content into another, field by field.
fn patch(fields: &[&Part], before: &Json, after: &Json) -> Map<String, Json> {
    let change = |field: &&&Part| {
        let name = field.name.as_str();
        let (before, after) = (before.get(name).unwrap_or(&Json::Null), after.get(name).unwrap_or(&Json::Null));
        (before != after).then(|| (name.to_owned(), difference(before, after)))
    };
    fields.iter().filter_map(|field| change(&field)).collect()
}

/// The merge patch from one value to another: what goes away is said to be nothing.
fn difference(before: &Json, after: &Json) -> Json {
    let (Json::Object(old), Json::Object(new)) = (before, after) else { return after.clone() };
    let gone = old.keys().filter(|name| !new.contains_key(*name)).map(|name| (name.clone(), Json::Null));
    let changed = new.iter().filter_map(|(name, value)| {
        let before = old.get(name).unwrap_or(&Json::Null);
        (before != value).then(|| (name.clone(), difference(before, value)))
    });
    Json::Object(gone.chain(changed).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_goes_away_inside_a_value_is_named() {
        let before = json!({ "fr": "Argan", "ar": "أركان" });
        assert_eq!(difference(&before, &json!({ "fr": "Arganier" })), json!({ "fr": "Arganier", "ar": null }));
        assert_eq!(difference(&before, &before), json!({}));
        assert_eq!(difference(&json!([1, 2]), &json!([2])), json!([2]));
        assert_eq!(difference(&before, &json!(null)), json!(null));
        assert_eq!(difference(&json!(null), &before), before);
    }
}
