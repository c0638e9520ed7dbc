//! Writing a part of a sheet: its form, keeping it, taking a line away and putting it back.
//!
//! Whatever keeps a form from being kept (a fault, somebody who was faster, a sheet that is read or gone), what was typed stands in the form
//! again. Nobody's words are lost.

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Language, Request, Store, Texts, random};

use super::super::inputs::{self, Faults};
use super::super::line_form;
use super::form::{self, Shown};
use super::part::{NAMES_AT_ONCE, Part, line, list_of};
use super::take::is_full;
use super::{to_sheet, trainer};
use crate::drafts::faults::{faults, lines};
use crate::drafts::kinds::{AUTHORS_MAX, DRAFT_BYTES_MAX, ModelDraft, Stage};
use crate::drafts::settle::{Fields, seen, settle};
use crate::kinds::{Done, LineStep, Model};
use crate::plan::{LINES_MAX, PARAMETERS_MAX};

/// A page of a part.
struct Page<'a> {
    code: &'a str,
    draft: &'a ModelDraft,
    part: &'a Part,
    values: Fields,
    theirs: Fields,
    faults: Faults,
    /// Why nothing was kept.
    wrong: Option<&'static str>,
    /// Whether the line is not there yet.
    is_new: bool,
}

/// `GET /model-desk/{code}/part?of=…&beside=…`; `of` is a list alone for a new line.
pub(crate) fn edit(request: &Request) -> Result<Answer, Error> {
    trainer()?;
    let code = request.parameter("code");
    let Some(entry) = ModelDraft::find(code)? else { return Ok(to_sheet(code)) };
    let of = request.query("of").unwrap_or_default();
    let unknown = || Error::not_found("there is no such part of a sheet");
    let (part, is_new) = match list_of(of) {
        Some(list) => (Part::Line(list, new_code()?), true),
        None => (Part::named(of).ok_or_else(unknown)?, false),
    };
    if !is_new && !part.is_there(&entry.body) {
        return Err(unknown());
    }
    let mut values = part.fields(&entry.body);
    if let (true, Part::Line(list, _)) = (is_new, &part) {
        values.extend(line_form::empty(list).unwrap_or_default());
    }
    let found = faults(&entry.body).into_iter().filter(|fault| !is_new && part.name().starts_with(&fault.part));
    let faults = found.filter(|fault| fault.part == part.name()).map(|fault| (fault.field, fault.code)).collect();
    let wrong = (entry.body.stage == Stage::Review).then_some("in-review");
    page(request, Page { code, draft: &entry.body, part: &part, values, theirs: Fields::new(), faults, wrong, is_new })
}

/// A code that no line of any version of any model ever had: a correction must not meet another line under it.
fn new_code() -> Result<String, Error> {
    let letters: String = random::bytes::<6>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("l{letters}"))
}

/// `POST /model-desk/{code}/part`: `action=remove` takes a line away.
pub(crate) fn save(request: &Request) -> Result<Answer, Error> {
    let account = trainer()?;
    let code = request.parameter("code");
    let part =
        request.form("of").and_then(Part::named).ok_or_else(|| Error::not_found("there is no such part of a sheet"))?;
    let mut sent = part.sent(request);
    let refuse = |draft: &ModelDraft, (values, theirs): (Fields, Fields), faults: Faults, wrong, status| {
        let is_new = !part.is_there(draft);
        let page =
            page(request, Page { code, draft, part: &part, values, theirs, faults, wrong: Some(wrong), is_new })?;
        Ok(page.with_status(status))
    };
    let Some(mut entry) = ModelDraft::find(code)? else {
        let draft = match Model::find(code)? {
            Some(model) => ModelDraft::of(&model.body),
            None => ModelDraft::empty(code, Texts::from([(request.page_language(), code)])),
        };
        return refuse(&draft, (sent, Fields::new()), Faults::new(), "gone", 409);
    };
    if entry.body.stage == Stage::Review {
        return refuse(&entry.body, (sent, Fields::new()), Faults::new(), "in-review", 409);
    }
    let removes = request.form("action") == Some("remove");
    let was_seen = request.form("seen").unwrap_or_default();
    let is_gone = !part.is_there(&entry.body) && (removes || request.form("new").is_none());
    if is_gone {
        // Taken away twice, or by somebody else while this one was typing.
        return if removes {
            Ok(to_sheet(code))
        } else {
            refuse(&entry.body, (sent, Fields::new()), Faults::new(), "line-gone", 409)
        };
    }
    let now = part.fields(&entry.body);
    if removes {
        if was_seen != seen(&now) {
            return refuse(&entry.body, (now.clone(), Fields::new()), Faults::new(), "changed-line", 409);
        }
        let before = entry.body.clone();
        entry.body.step = taken_away(&mut entry.body, &part, request.page_language())?;
        return match keep(entry, account)? {
            Ok(kept) => Ok(kept),
            Err(wrong) => refuse(&before, (now, Fields::new()), Faults::new(), wrong, 422),
        };
    }
    for (name, text) in now.iter().filter(|_| !matches!(part, Part::Names(..))) {
        sent.entry(name.clone()).or_insert_with(|| text.clone());
    }
    // Sent twice, or with other digits: it says what stands there.
    let mut same = entry.body.clone();
    if part.take(&mut same, &sent).is_ok() && same == entry.body {
        return Ok(kept(code, &part, 0));
    }
    let settled = settle(was_seen, &now, &sent);
    if !settled.theirs.is_empty() {
        return refuse(&entry.body, (settled.fields, settled.theirs), Faults::new(), "clash", 409);
    }
    let before = entry.body.clone();
    if let Err(faults) = part.take(&mut entry.body, &settled.fields) {
        return refuse(&before, (settled.fields, Fields::new()), faults, "faults", 422);
    }
    if entry.body == before {
        return Ok(kept(code, &part, settled.others));
    }
    match keep(entry, account)? {
        Ok(_) => Ok(kept(code, &part, settled.others)),
        Err(wrong) => refuse(&before, (settled.fields, Fields::new()), Faults::new(), wrong, 422),
    }
}

/// Keeps a draft that somebody changed; answers why not, when it cannot be kept.
fn keep(mut entry: Entry<ModelDraft>, account: String) -> Result<Result<Answer, &'static str>, Error> {
    if !entry.body.authors.contains(&account) {
        if entry.body.authors.len() >= AUTHORS_MAX {
            return Ok(Err("too-many-authors"));
        }
        entry.body.authors.push(account);
    }
    if serde_json::to_string(&entry.body)?.len() > DRAFT_BYTES_MAX {
        return Ok(Err("sheet-too-large"));
    }
    let entry = Store::replace(&entry)?;
    Ok(Ok(to_sheet(&entry.body.code)))
}

/// Back to the part that was kept; after a new line, and after the last names, to the sheet.
fn kept(code: &str, part: &Part, others: usize) -> Answer {
    let kept = if others > 0 { "both" } else { "yes" };
    Answer::redirect(format!("/model-desk/{code}/part?of={}&kept={kept}", part.name()))
}

/// Takes a line out of the plan; answers what puts it back.
fn taken_away(draft: &mut ModelDraft, part: &Part, language: Language) -> Result<Option<LineStep>, Error> {
    let Part::Line(list, code) = part else { return Err(Error::bad_request("only a line is taken away")) };
    let mut plan = serde_json::to_value(&draft.plan)?;
    let there = line(&plan, list, code).cloned().unwrap_or_default();
    let Some(lines) = plan.get_mut(*list).and_then(Value::as_array_mut) else { return Ok(None) };
    let is_it = |line: &Value| line.get("code").and_then(Value::as_str) == Some(code.as_str());
    let place = lines.iter().position(is_it).unwrap_or(lines.len());
    lines.retain(|line| !is_it(line));
    draft.plan = serde_json::from_value(plan)?;
    Ok(Some(LineStep {
        done: Done::Removed,
        label: inputs::label(&there, language),
        list: (*list).to_owned(),
        code: code.clone(),
        place: u16::try_from(place).unwrap_or(u16::MAX).min(300),
        before: Some(there.to_string()),
    }))
}

/// `POST /model-desk/{code}/undo`: the line that was taken away last stands where it stood.
pub(crate) fn put_back(request: &Request) -> Result<Answer, Error> {
    let account = trainer()?;
    let code = request.parameter("code");
    let Some(mut entry) = ModelDraft::find(code)? else { return Ok(to_sheet(code)) };
    if entry.body.stage == Stage::Review {
        return Ok(Answer::redirect(format!("/model-desk/{code}?wrong=in-review")));
    }
    // Sent twice: it stands there already.
    let Some(step) = entry.body.step.take() else { return Ok(to_sheet(code)) };
    let mut plan = serde_json::to_value(&entry.body.plan)?;
    let is_there = line(&plan, &step.list, &step.code).is_some();
    if !is_there && is_full(&entry.body.plan, &step.list) {
        // It can be put back once there is room for it.
        return Ok(to_sheet(code));
    }
    if let (false, Some(before), Some(lines)) =
        (is_there, step.before, plan.get_mut(&step.list).and_then(Value::as_array_mut))
    {
        lines.insert(usize::from(step.place).min(lines.len()), serde_json::from_str(&before)?);
        entry.body.plan = serde_json::from_value(plan)?;
    }
    keep(entry, account).map(|kept| kept.unwrap_or_else(|_| to_sheet(code)))
}

fn page(request: &Request, page: Page<'_>) -> Result<Answer, Error> {
    let language = request.page_language();
    let Page { code, draft, part, values, theirs, faults, wrong, is_new } = page;
    let beside =
        request.query("beside").or_else(|| request.form("beside")).and_then(|tag| tag.parse::<Language>().ok());
    let beside = beside.filter(|beside| part.language().is_some_and(|written| written != *beside));
    let shown = Shown { values: &values, theirs: &theirs, faults: &faults, beside };
    let fields = form::view(part, draft, &shown, language);
    // The next form is made from what stands there now; for names, from the lines of its page.
    let mut now = part.fields(draft);
    if let Part::Names(..) = part {
        let window = part.window(draft);
        now.retain(|name, _| window.contains(name));
    }
    // Where nothing was compared yet, the form goes on from where it began: what others wrote meanwhile is found when it is sent again.
    let began = request.form("seen").filter(|_| matches!(wrong, Some("gone" | "in-review")));
    let known: Vec<&str> = fields.iter().filter_map(|field| field.get("name")?.as_str()).collect();
    let elsewhere: Vec<&String> =
        faults.iter().filter(|(name, _)| !known.contains(&name.as_str())).map(|(_, code)| code).collect();
    let plan = serde_json::to_value(&draft.plan)?;
    let (list, label) = match part {
        Part::Line(list, code) => (Some(*list), line(&plan, list, code).map(|line| inputs::label(line, language))),
        _ => (None, None),
    };
    let (from, all) = match part {
        Part::Names(_, from) => (*from, lines(&plan).count()),
        _ => (0, 0),
    };
    let (written, next) = (part.language(), from.saturating_add(NAMES_AT_ONCE));
    let data = json!({
        "model": { "code": code, "title": draft.title.best(language) },
        "of": part.name(),
        "kind": part.name().split('/').next(),
        "list": list,
        "label": label,
        "language": written.map(|language| json!({ "tag": language.tag(), "name": language.name(), "direction": language.direction() })),
        "languages": Language::ALL.map(|language| json!({ "tag": language.tag(), "name": language.name(), "of": part.in_language(language).map(|part| part.name()) })),
        "beside": beside.map(|language| json!({ "tag": language.tag(), "direction": language.direction() })),
        "fields": fields,
        "seen": began.map_or_else(|| if is_new { String::new() } else { seen(&now) }, ToOwned::to_owned),
        "is_new": is_new,
        "wrong": wrong,
        "faults": elsewhere,
        "lines_max": if list == Some("parameters") { PARAMETERS_MAX } else { LINES_MAX },
        "kept": request.query("kept"),
        "next": written.filter(|_| next < all).map(|language| Part::Names(language, next).name()),
        "before": written.filter(|_| from > 0).map(|language| Part::Names(language, from.saturating_sub(NAMES_AT_ONCE)).name()),
    });
    Answer::page("model-part", draft.title.best(language), &data)
}
