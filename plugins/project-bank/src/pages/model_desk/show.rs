//! A model at the desk: how it stands, what is wrong, what is missing in which language, what a correction changes, and its parts.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Language, Request, context};

use super::super::{inputs, review};
use super::form;
use super::part::{self, Part};
use super::trainer;
use crate::drafts::faults::{Fault, LISTS, WANTED, faults, lines, missing_names, missing_texts};
use crate::drafts::kinds::ModelDraft;
use crate::drafts::steps::Refused;
use crate::kinds::Model;
use crate::learn;
use crate::plan::LINES_MAX;

/// Changes that the page of a correction lists.
const CHANGES_MAX: usize = 200;

/// `GET /model-desk/{code}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    trainer()?;
    let wrong = request.query("wrong").filter(|wrong| *wrong == Refused::InReview.code()).map(|_| Refused::InReview);
    page(request, wrong)
}

/// The page, with why a step was refused.
pub(super) fn page(request: &Request, wrong: Option<Refused>) -> Result<Answer, Error> {
    let language = request.page_language();
    let code = request.parameter("code");
    let (draft, model) = (ModelDraft::find(code)?, Model::find(code)?.map(|entry| entry.body));
    if draft.is_none() && model.is_none() {
        return Err(Error::not_found("there is no such model"));
    }
    let caller = context::caller();
    let account = caller.account_id.unwrap_or_default();
    let title = draft.as_ref().map(|entry| &entry.body.title).or(model.as_ref().map(|model| &model.title));
    let title = title.map(|title| title.best(language).to_owned()).unwrap_or_default();
    let draft = draft.map(|entry| draft_view(&entry, model.as_ref(), &account, language)).transpose()?;
    let data = json!({
        "code": code,
        "title": title,
        "model": model.as_ref().map(|model| json!({ "state": model.state, "version": model.version, "reviewers": model.reviewers })),
        "draft": draft,
        "name": request.form("name").map_or(caller.name, ToOwned::to_owned),
        "remark": request.form("remark"),
        "wrong": wrong.map(Refused::code),
        "lines_max": LINES_MAX,
    });
    Answer::page("model-desk", &title, &data)
}

fn draft_view(
    entry: &Entry<ModelDraft>,
    model: Option<&Model>,
    account: &str,
    language: Language,
) -> Result<Value, Error> {
    let draft = &entry.body;
    let plan = serde_json::to_value(&draft.plan)?;
    let found = faults(draft);
    let modules = learn::modules(&draft.learn);
    let unknown: Vec<&String> =
        draft.learn.iter().filter(|one| !modules.iter().any(|known| known.module == **one)).collect();
    let tongues = Language::ALL.map(|tongue| {
        json!({
            "tag": tongue.tag(),
            "name": tongue.name(),
            "texts": missing_texts(draft, tongue).len(),
            "names": missing_names(&plan, tongue),
            "wanted": WANTED.contains(&tongue),
            "native": !draft.drafts.contains(&tongue),
        })
    });
    let lists = LISTS.map(|list| {
        let of_list = lines(&plan).filter(|(name, ..)| *name == list);
        let rows = of_list.map(|(_, code, line)| json!({ "code": code, "label": inputs::label(line, language) }));
        json!({ "list": list, "lines": rows.collect::<Vec<_>>() })
    });
    let (changes, more) = changes(draft, model, language)?;
    Ok(json!({
        "stage": draft.stage,
        "base": draft.base,
        "remark": draft.remark,
        "mine": draft.authors.iter().any(|author| author == account),
        "seen": entry.version,
        "moved": model.is_some_and(|model| model.version != draft.base),
        "faults": found.iter().map(|fault| fault_view(fault, draft, &plan, language)).collect::<Vec<_>>(),
        "languages": tongues,
        "lists": lists,
        "learn": modules,
        // Without the training plugin nobody knows of any module.
        "unknown_modules": if modules.is_empty() { Vec::new() } else { unknown },
        "changes": changes,
        "more_changes": more,
        "removed": draft.step.as_ref().map(|step| step.label.clone()),
    }))
}

/// A fault with the names of its part and its field for people.
fn fault_view(fault: &Fault, draft: &ModelDraft, plan: &Value, language: Language) -> Value {
    let (kind, rest) = fault.part.split_once('/').unwrap_or((&fault.part, ""));
    let place = if rest.is_empty() { fault.part.clone() } else { format!("{}/{}", fault.part, fault.field) };
    let line = lines(plan)
        .find(|(list, code, _)| *list == kind && *code == rest)
        .map(|(_, _, line)| inputs::label(line, language));
    let tongue = rest.parse::<Language>().ok().filter(|_| kind == "texts").map(Language::name);
    let label = fault.field.strip_prefix("label/").and_then(|tag| tag.parse::<Language>().ok()).map(Language::name);
    json!({
        "part": fault.part,
        "place": place,
        "of": if Part::named(&fault.part).is_some_and(|part| part.is_there(draft)) || LISTS.contains(&kind) { Some(&fault.part) } else { None },
        "kind": kind,
        "name": line.filter(|name| !name.is_empty()).or(tongue.map(ToOwned::to_owned)),
        "key": field_key(kind, &fault.field),
        "language": label,
        "code": fault.code,
    })
}

/// The message that names a field.
fn field_key(kind: &str, field: &str) -> Option<String> {
    let key = match (kind, field) {
        (_, "") => return None,
        ("facts", "sector" | "sources") => field.to_owned(),
        ("facts", "learn") => "learn-first".to_owned(),
        ("facts", _) => format!("model-{field}"),
        ("texts", "title") => "model-name".to_owned(),
        ("texts", "summary" | "native") => format!("model-{field}"),
        ("texts", _) => field.replace("chapter/", "about-"),
        ("frame", "vat") => "model-vat".to_owned(),
        (_, _) if field.starts_with("label") => "field-label".to_owned(),
        _ => format!("field-{}", field.replace('_', "-")),
    };
    Some(key)
}

/// What a draft says otherwise than the model that it corrects, as far as one page shows it; and whether there is more.
fn changes(draft: &ModelDraft, model: Option<&Model>, language: Language) -> Result<(Vec<Value>, bool), Error> {
    let Some(model) = model else { return Ok((Vec::new(), false)) };
    let before = ModelDraft::of(model);
    let mut rows = Vec::new();
    for part in std::iter::once(Part::Facts).chain(Language::ALL.map(Part::Texts)) {
        let kind = if part == Part::Facts { "facts" } else { "texts" };
        let (fields, tongue) = (form::asked(&part, draft, language), part.language().map(Language::name));
        for (name, was, now) in otherwise(&part, &before, draft) {
            let field = fields.iter().find(|field| field.get("name").and_then(Value::as_str) == Some(name.as_str()));
            let [was, now] = [was, now].map(|text| form::read_out(field, &text, language));
            rows.push(json!({ "kind": kind, "name": tongue, "key": field_key(kind, &name), "was": was, "now": now }));
        }
    }
    // The names of lines stand below, in each language; here they would be those of the reader's alone.
    let figures = review::changed(&before.plan, &draft.plan, language)?;
    rows.extend(figures.into_iter().filter(|row| row.get("key").and_then(Value::as_str) != Some("field-label")));
    let plan = serde_json::to_value(&draft.plan)?;
    for tongue in Language::ALL {
        for (name, was, now) in otherwise(&Part::Names(tongue, 0), &before, draft) {
            let (list, code) = name.split_once('/').unwrap_or_default();
            let line = part::line(&plan, list, code).map(|line| inputs::label(line, language));
            rows.push(json!({ "kind": list, "name": line, "key": "field-label", "language": tongue.name(), "was": was, "now": now }));
        }
    }
    let more = rows.len() > CHANGES_MAX;
    rows.truncate(CHANGES_MAX);
    Ok((rows, more))
}

/// The fields of a part that both have and that say something else: their name, what they said and what they say.
fn otherwise(part: &Part, before: &ModelDraft, after: &ModelDraft) -> Vec<(String, String, String)> {
    let (mut was, now) = (part.fields(before), part.fields(after));
    let both = now.into_iter().filter_map(|(name, now)| was.remove(&name).map(|was| (name, was, now)));
    both.filter(|(_, was, now)| was != now).collect()
}
