//! The review of a corrected model: what differs, line by line, and taking over what its owner says yes to. Of a model that is not published any
//! more nothing is taken over: it may have been withdrawn because of what it says. What differs is shown all the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Language, Request, Store, context};

use super::inputs;
use super::plans::demand;
use super::value::Teller;
use crate::export::page as spreadsheet;
use crate::improve::again;
use crate::improve::kinds::Proposal;
use crate::improve::work::{self, Known};
use crate::kinds::{Before, Model, ModelVersion, OwnPlan, State};
use crate::lineage::{Difference, Document, Found, Place, apply, differences, of_a_model, offered, undone};
use crate::plan::Plan;
use crate::team::together;

/// The three that are compared.
pub(super) struct Three {
    pub(super) base: Document,
    pub(super) mine: Document,
    pub(super) theirs: Document,
    pub(super) found: Vec<Difference>,
    pub(super) model: Model,
}

impl Three {
    pub(super) fn of(entry: &Entry<OwnPlan>) -> Result<Self, Error> {
        let model = Model::find(&entry.body.model)?.ok_or_else(|| Error::not_found("there is no such model"))?;
        Self::beside(entry, model.body, &work::of_plan(&entry.id)?)
    }

    /// A difference for people.
    pub(super) fn row(&self, difference: &Difference, language: Language) -> Value {
        row(difference, [&self.base, &self.mine, &self.theirs], language)
    }

    /// Whether something can be taken over from the model.
    fn is_open(&self) -> bool {
        self.model.state == State::Published
    }

    /// A plan beside its model, with what the plan has proposed.
    pub(super) fn beside(entry: &Entry<OwnPlan>, model: Model, proposed: &[Known]) -> Result<Self, Error> {
        let mut base = of_a_model(document(&ModelVersion::demand(&entry.body.model, entry.body.version)?.plan)?);
        let (mut mine, theirs) = (document(&entry.body.plan)?, of_a_model(document(&model.plan)?));
        again::known_again(&mut base, &mut mine, &theirs, &work::lines(proposed));
        let found = differences(&base, &mine, &theirs);
        Ok(Self { base, mine, theirs, found, model })
    }
}

pub(super) fn document(plan: &Plan) -> Result<Document, Error> {
    Ok(Document::of(&serde_json::to_value(plan)?))
}

/// `GET /plans/{plan}/review`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let entry = demand(request)?;
    page(request, &entry, &Three::of(&entry)?)
}

fn page(request: &Request, entry: &Entry<OwnPlan>, three: &Three) -> Result<Answer, Error> {
    let language = request.page_language();
    let rows: Vec<Value> = three.found.iter().map(|difference| three.row(difference, language)).collect();
    let data = json!({
        "plan": { "id": entry.id, "title": entry.body.title, "version": entry.body.version },
        "model": { "code": three.model.code, "title": three.model.title.best(language), "version": three.model.version },
        "rows": rows,
        "proposals": Proposal::taken(&three.model.code, entry.body.version)?,
        "published": three.is_open(),
        "open": three.found.iter().any(|difference| matches!(difference.found, Found::Offered | Found::Asked)),
    });
    Answer::page("review", &entry.body.title, &data)
}

/// `POST /plans/{plan}/review`: `action=all` takes everything that is offered, `action=none` nothing; else what the fields `yes` name.
pub(crate) fn take(request: &Request) -> Result<Answer, Error> {
    let mut entry = demand(request)?;
    let three = Three::of(&entry)?;
    if !three.is_open() {
        return page(request, &entry, &three).map(|page| page.with_status(409));
    }
    // The form was made against a version; a newer one has other questions.
    if request.form("version") != Some(three.model.version.to_string().as_str()) {
        return Ok(Answer::redirect(format!("/plans/{}/review", entry.id)));
    }
    // Sent twice: it is reviewed already, and a second merge of nothing would leave nothing to undo.
    if entry.body.version == three.model.version {
        return Ok(Answer::redirect(format!("/plans/{}", entry.id)));
    }
    let yes: BTreeSet<Place> = match request.form("action") {
        Some("all") => offered(&three.found),
        Some("none") => BTreeSet::new(),
        _ => {
            let named: BTreeSet<&str> =
                request.form.iter().filter(|(name, _)| name == "yes").map(|(_, value)| value.as_str()).collect();
            let places = three.found.iter().map(|difference| &difference.place);
            places.filter(|place| named.contains(place.name().as_str())).cloned().collect()
        }
    };
    let merged = apply(&three.mine, &three.theirs, &three.found, &yes);
    let stood = together::places(&entry.body);
    let before = Before { version: entry.body.version, plan: entry.body.plan.clone() };
    spreadsheet::forget(&mut entry.body)?;
    entry.body.plan = serde_json::from_value(merged.to_value())?;
    entry.body.version = three.model.version;
    entry.body.before = Some(before);
    entry.body.step = None;
    entry.body.changed = context::now();
    let entry = Store::replace(&entry)?;
    together::note(&stood, &entry)?;
    Ok(Answer::redirect(format!("/plans/{}", entry.id)))
}

/// `POST /plans/{plan}/undo`: the plan as it was before the last review, to be reviewed again. Lines of one's own stay as they are now.
pub(crate) fn undo(request: &Request) -> Result<Answer, Error> {
    let mut entry = demand(request)?;
    let before = entry.body.before.take().ok_or_else(|| Error::not_found("there is nothing to undo"))?;
    let stood = together::places(&entry.body);
    spreadsheet::forget(&mut entry.body)?;
    let stands = document(&before.plan)?;
    let mut undone = undone(stands.clone(), &document(&entry.body.plan)?);
    let became = work::lines(&work::of_plan(&entry.id)?);
    if !became.is_empty() {
        let version = |version: u64| document(&ModelVersion::demand(&entry.body.model, version)?.plan);
        let (base, theirs) = (version(before.version)?, version(entry.body.version)?);
        again::own_again(&mut undone, &stands, [&base, &theirs], &became);
    }
    entry.body.plan = serde_json::from_value(undone.to_value())?;
    entry.body.version = before.version;
    entry.body.step = None;
    entry.body.changed = context::now();
    let entry = Store::replace(&entry)?;
    together::note(&stood, &entry)?;
    Ok(Answer::redirect(format!("/plans/{}", entry.id)))
}

/// What a later plan says otherwise than an earlier one, row by row, as the models' desk shows it.
///
/// # Errors
/// `internal` when a plan cannot be written as JSON, which every plan can.
pub(super) fn changed(before: &Plan, after: &Plan, language: Language) -> Result<Vec<Value>, Error> {
    let (before, after) = (document(before)?, document(after)?);
    let found = differences(&before, &before, &after);
    Ok(found.iter().map(|difference| changed_row(difference, [&before, &before, &after], language)).collect())
}

fn changed_row(difference: &Difference, documents: [&Document; 3], language: Language) -> Value {
    let row = row(difference, documents, language);
    let of = |name: &str| row.get(name).cloned();
    let key = of("key").as_ref().and_then(Value::as_str).map(|key| format!("field-{key}"));
    json!({ "kind": of("list"), "name": of("line"), "key": key, "was": of("base"), "now": of("theirs") })
}

/// A difference for people, in the document that it comes from, one's own, and the model's: each figure is measured as in its own document.
fn row(difference: &Difference, documents: [&Document; 3], language: Language) -> Value {
    let found = match difference.found {
        Found::Offered => "offered",
        Found::Kept => "kept",
        Found::Same => "same",
        Found::Asked => "asked",
    };
    let (list, line, field) = match &difference.place {
        Place::Field(field) => ("plan", String::new(), Some(field.as_str())),
        Place::Line(list, code) => (list.as_str(), line_label(list, code, documents, language), None),
        Place::LineField(list, code, field) => {
            (list.as_str(), line_label(list, code, documents, language), Some(field.as_str()))
        }
    };
    let label = |list: &str, code: &str| line_label(list, code, documents, language);
    let teller = Teller { line: &label, language };
    let called = |value: &Option<Value>, document: &Document| match field {
        Some(field) => teller.field(&owner(&difference.place, document), field, value.as_ref()?),
        None => teller.line(value.as_ref()?),
    };
    let [base, mine, theirs] = documents;
    json!({
        "place": difference.place.name(),
        "found": found,
        "list": list,
        "line": line,
        "key": field.map(|field| field.replace('_', "-")),
        "base": called(&difference.base, base),
        "mine": called(&difference.mine, mine),
        "theirs": called(&difference.theirs, theirs),
    })
}

/// The line that a field is of, for what it is measured in; of the plan's own fields nothing is asked.
fn owner(place: &Place, document: &Document) -> Value {
    match place {
        Place::LineField(list, code, _) => document.at(&Place::Line(list.clone(), code.clone())).unwrap_or_default(),
        _ => Value::Null,
    }
}

fn line_label(list: &str, code: &str, [_, mine, theirs]: [&Document; 3], language: Language) -> String {
    let place = Place::Line(list.to_owned(), code.to_owned());
    let line = mine.at(&place).or_else(|| theirs.at(&place)).unwrap_or_default();
    Some(inputs::label(&line, language)).filter(|label| !label.is_empty()).unwrap_or_else(|| code.to_owned())
}
