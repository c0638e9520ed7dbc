//! The jury: taking up an invitation, the files of a call, and a sheet of marks with their reasons.
//!
//! Nobody judges their own file, nor one of their team or cooperative. A sheet is its author's alone until it is done; then those see it who
//! are done with the same application, and no one changes what others have seen.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tiwizi_sdk::{Answer, Entry, Error, Find, Language, Request, Store, context};

use super::{calls, typed};
use crate::call_work::{self, Bonds};
use crate::called::{Candidacy, Juror, Marked, ProjectCall, ScoreSheet, Stage};

/// Characters of a reason, and of what is said of a conflict.
const REASON_MAX: usize = 500;
/// Applications on one page: each has up to ten sheets of marks with their reasons.
const FILES_MAX: u32 = 20;

/// `GET /calls/{code}/jury/{key}`: the invitation, to be taken up.
pub(crate) fn invited(request: &Request) -> Result<Answer, Error> {
    if !context::caller().is_signed_in() {
        return Err(Error::sign_in());
    }
    let (call, juror) = invitation(request)?;
    let language = request.page_language();
    let account = context::caller().account_id.unwrap_or_default();
    let data = json!({
        "call": calls::facts(&call.body, language)?,
        "key": request.parameter("key"),
        "name": juror.body.name,
        "here": juror.body.account == account,
        "taken": !juror.body.account.is_empty() && juror.body.account != account,
        "member": Juror::of_account(&call.id, &account)?.is_some(),
    });
    Answer::page("invitation", call.body.title.best(language), &data)
}

/// `POST /calls/{code}/jury/{key}`: the account is a member of the jury from now on. Sent twice it does one thing.
pub(crate) fn join(request: &Request) -> Result<Answer, Error> {
    let caller = context::caller();
    let Some(account) = caller.account_id else { return Err(Error::sign_in()) };
    let (call, mut juror) = invitation(request)?;
    let files = Answer::redirect(format!("/calls/{}/files", call.body.code));
    if juror.body.account == account || Juror::of_account(&call.id, &account)?.is_some() {
        return Ok(files);
    }
    if !juror.body.account.is_empty() {
        return invited(request).map(|page| page.with_status(409));
    }
    juror.body.account = account;
    juror.body.person = caller.person.unwrap_or_default();
    Store::replace(&juror)?;
    Ok(files)
}

fn invitation(request: &Request) -> Result<(Entry<ProjectCall>, Entry<Juror>), Error> {
    let missing = || Error::not_found("there is no such invitation");
    let call = ProjectCall::of(request.parameter("code"))?;
    let find = Find::new().equal(Juror::KEY, call_work::hash(request.parameter("key")));
    let juror: Option<Entry<Juror>> = Store::first(&find)?;
    let juror = juror.filter(|juror| juror.body.call == call.id && !juror.body.gone).ok_or_else(missing)?;
    Ok((call, juror))
}

/// The call of the address and the caller's seat in its jury.
fn seat(request: &Request) -> Result<(Entry<ProjectCall>, Entry<Juror>), Error> {
    let Some(account) = context::caller().account_id else { return Err(Error::sign_in()) };
    let call = ProjectCall::published(request.parameter("code"))?;
    match Juror::of_account(&call.id, &account)? {
        Some(juror) => Ok((call, juror)),
        None => Err(Error::denied("the files are for the jury of this call")),
    }
}

/// Whether marks can be given: after the last day for applications, and as long as there is no ranking.
fn is_marking(call: &ProjectCall) -> Result<bool, Error> {
    Ok(call.state == Stage::Marking && context::today()? > call.closes)
}

/// `GET /calls/{code}/files`: the applications by their numbers, page by page, and how far the caller is with each; `from` says at which number
/// the page begins.
pub(crate) fn files(request: &Request) -> Result<Answer, Error> {
    let (call, juror) = seat(request)?;
    let language = request.page_language();
    let is_over = context::today()? > call.body.closes;
    let from = request.query("from").and_then(|number| number.parse::<u32>().ok()).unwrap_or_default();
    let mut shown = if is_over { Candidacy::from_number(&call.id, from, FILES_MAX + 1)? } else { Vec::new() };
    let next = shown.get(FILES_MAX as usize).map(|candidacy| candidacy.body.number);
    shown.truncate(FILES_MAX as usize);
    let bonds = Bonds::of(&juror.body)?;
    let mut rows = Vec::new();
    for candidacy in shown.iter().filter(|candidacy| !candidacy.body.withdrawn) {
        let sheets = ScoreSheet::of(&candidacy.id)?;
        let sheet = sheets.iter().map(|sheet| &sheet.body).find(|sheet| sheet.juror == juror.id);
        rows.push(json!({
            "number": candidacy.body.number,
            "title": candidacy.body.title,
            "state": sheet.map(|sheet| sheet.state),
            "conflict": call_work::conflict(&juror.body, &candidacy.body, sheet, &bonds),
            "done": sheets.iter().filter(|sheet| sheet.body.state == Marked::Done).count(),
        }));
    }
    let data = json!({
        "call": calls::facts(&call.body, language)?,
        "rules": calls::rules(&call.body, language),
        "files": rows,
        "from": Some(from).filter(|from| *from > 0),
        "next": next,
        "marking": is_marking(&call.body)?,
        "early": !is_over,
    });
    Answer::page("files", call.body.title.best(language), &data)
}

/// `GET /calls/{code}/files/{number}`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    let (call, juror, candidacy) = file(request)?;
    page(request, &call, &juror, &candidacy, &BTreeMap::new(), None)
}

/// A call, the caller's seat in its jury, and one of its applications.
type File = (Entry<ProjectCall>, Entry<Juror>, Entry<Candidacy>);

fn file(request: &Request) -> Result<File, Error> {
    let (call, juror) = seat(request)?;
    if context::today()? <= call.body.closes {
        return Err(Error::not_found("the files are shown when the call is closed"));
    }
    let number = request.read_parameter::<u32>("number")?;
    let candidacy = Candidacy::numbered(&call.id, number)?;
    Ok((call, juror, candidacy))
}

fn sheet_of(juror: &Entry<Juror>, candidacy: &Entry<Candidacy>) -> Result<Option<Entry<ScoreSheet>>, Error> {
    let find = Find::new().equal(ScoreSheet::CANDIDACY, candidacy.id.as_str());
    Store::first(&find.equal(ScoreSheet::JUROR, juror.id.as_str()))
}

/// `POST /calls/{code}/files/{number}`: `action` is `keep`, `done`, `reopen`, `conflict` or `no-conflict`.
pub(crate) fn mark(request: &Request) -> Result<Answer, Error> {
    let (call, juror, candidacy) = file(request)?;
    let refuse = |faults: &BTreeMap<String, &'static str>, wrong: &str, status: u16| {
        page(request, &call, &juror, &candidacy, faults, Some(wrong)).map(|page| page.with_status(status))
    };
    let none = BTreeMap::new();
    if !is_marking(&call.body)? {
        return refuse(&none, "not-marking", 409);
    }
    let there = sheet_of(&juror, &candidacy)?;
    let action = request.form("action").unwrap_or("keep");
    let sheet = there.as_ref().map(|entry| &entry.body);
    match call_work::conflict(&juror.body, &candidacy.body, sheet, &Bonds::of(&juror.body)?) {
        Some("declared") if action == "no-conflict" => {}
        Some("declared") if action == "conflict" => return to_files(&call, &candidacy),
        Some(wrong) => return refuse(&none, wrong, 403),
        None => {}
    }
    let mut body = sheet.cloned().unwrap_or_else(|| empty(&call, &juror, &candidacy));
    // The same form twice: it is done already, and stays. Only reopening leads back, as long as nobody else has seen it.
    if body.state == Marked::Done && action != "reopen" {
        return to_files(&call, &candidacy);
    }
    match action {
        "conflict" => {
            let said = request.form("conflict").unwrap_or_default().trim();
            if said.is_empty() {
                return refuse(&none, "conflict-reason", 422);
            }
            body.conflict = said.chars().take(REASON_MAX).collect();
            body.state = Marked::Conflict;
        }
        "no-conflict" if body.state == Marked::Conflict => {
            body.conflict = String::new();
            body.state = Marked::Draft;
        }
        "reopen" if body.state == Marked::Done => {
            if others_done(&juror, &candidacy)? {
                return refuse(&none, "seen", 409);
            }
            body.state = Marked::Draft;
        }
        "keep" | "done" => {
            let faults = fill(&mut body, &call.body, request, action == "done");
            if !faults.is_empty() {
                return refuse(&faults, "marks", 422);
            }
            body.submission = candidacy.body.submission;
            body.state = if action == "done" { Marked::Done } else { Marked::Draft };
        }
        _ => return to_files(&call, &candidacy),
    }
    match there {
        Some(mut entry) => {
            entry.body = body;
            Store::replace(&entry)?;
        }
        None => drop(Store::create(&body)?),
    }
    to_files(&call, &candidacy)
}

fn empty(call: &Entry<ProjectCall>, juror: &Entry<Juror>, candidacy: &Entry<Candidacy>) -> ScoreSheet {
    ScoreSheet {
        call: call.id.clone(),
        candidacy: candidacy.id.clone(),
        juror: juror.id.clone(),
        state: Marked::Draft,
        marks: BTreeMap::new(),
        reasons: BTreeMap::new(),
        conflict: String::new(),
        submission: candidacy.body.submission,
    }
}

/// Whether somebody else is done with the application, and so may have seen the caller's marks.
fn others_done(juror: &Entry<Juror>, candidacy: &Entry<Candidacy>) -> Result<bool, Error> {
    let sheets = ScoreSheet::of(&candidacy.id)?;
    Ok(sheets.iter().any(|sheet| sheet.body.juror != juror.id && sheet.body.state == Marked::Done))
}

/// Reads the marks and reasons of a form. A draft may lack some; a sheet that is done has each, with its reason.
fn fill(sheet: &mut ScoreSheet, call: &ProjectCall, request: &Request, all: bool) -> BTreeMap<String, &'static str> {
    let mut faults = BTreeMap::new();
    (sheet.marks, sheet.reasons) = (BTreeMap::new(), BTreeMap::new());
    for criterion in &call.call.criteria {
        let (mark, reason) = (format!("mark_{}", criterion.code), format!("reason_{}", criterion.code));
        let said = |name: &str| request.form(name).map(str::trim).filter(|text| !text.is_empty());
        match said(&mark).map(|text| typed::whole(text, i64::from(criterion.scale))) {
            Some(Ok(number)) => {
                sheet.marks.insert(criterion.code.clone(), u32::try_from(number).unwrap_or_default());
            }
            Some(Err(wrong)) => drop(faults.insert(mark, wrong)),
            None if all => drop(faults.insert(mark, "required")),
            None => {}
        }
        match said(&reason) {
            Some(text) if text.chars().count() > REASON_MAX => drop(faults.insert(reason, "too-long")),
            Some(text) => drop(sheet.reasons.insert(criterion.code.clone(), text.to_owned())),
            None if all => drop(faults.insert(reason, "required")),
            None => {}
        }
    }
    faults
}

fn page(
    request: &Request,
    call: &Entry<ProjectCall>,
    juror: &Entry<Juror>,
    candidacy: &Entry<Candidacy>,
    faults: &BTreeMap<String, &'static str>,
    wrong: Option<&str>,
) -> Result<Answer, Error> {
    let language = request.page_language();
    let sheets = ScoreSheet::of(&candidacy.id)?;
    let own = sheets.iter().find(|sheet| sheet.body.juror == juror.id).map(|sheet| &sheet.body);
    let conflict = call_work::conflict(&juror.body, &candidacy.body, own, &Bonds::of(&juror.body)?);
    let is_known = conflict.is_some_and(|word| word != "declared");
    let typed: BTreeMap<&str, &str> =
        request.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // Who may not judge a file does not read its marks, and not the plan either.
    let file = if is_known { None } else { Some(file_view(candidacy, language)?) };
    let is_done = own.is_some_and(|sheet| sheet.state == Marked::Done);
    let others = if is_done && !is_known { others(call, juror, &sheets)? } else { Vec::new() };
    let data = json!({
        "call": calls::facts(&call.body, language)?,
        "rules": calls::rules(&call.body, language),
        "number": candidacy.body.number,
        "file": file,
        "conflict": conflict,
        "declared": own.map(|sheet| &sheet.conflict),
        "sheet": own.map(|sheet| json!({ "state": sheet.state, "marks": sheet.marks, "reasons": sheet.reasons })),
        "typed": typed,
        "others": others,
        "marking": is_marking(&call.body)?,
        "can_reopen": is_done && others.is_empty(),
        "faults": faults,
        "wrong": wrong,
    });
    Answer::page("file", call.body.title.best(language), &data)
}

/// The plan as it was sent, with its figures.
fn file_view(candidacy: &Entry<Candidacy>, language: Language) -> Result<Value, Error> {
    let sent = candidacy.body.sent()?;
    Ok(json!({
        "title": sent.title,
        "at": sent.at,
        "figures": sent.figures,
        "groups": super::inputs::groups(&sent.plan, language),
    }))
}

/// The sheets of the others who are done too.
fn others(call: &Entry<ProjectCall>, juror: &Entry<Juror>, sheets: &[Entry<ScoreSheet>]) -> Result<Vec<Value>, Error> {
    let names: BTreeMap<String, String> =
        Juror::of(&call.id)?.into_iter().map(|juror| (juror.id, juror.body.name)).collect();
    let done = sheets.iter().filter(|sheet| sheet.body.juror != juror.id && sheet.body.state == Marked::Done);
    let view = |sheet: &Entry<ScoreSheet>| json!({ "name": names.get(&sheet.body.juror), "marks": sheet.body.marks, "reasons": sheet.body.reasons });
    Ok(done.map(view).collect())
}

/// Back to the list; where it has more than one page, to the page that begins with the application.
fn to_files(call: &Entry<ProjectCall>, candidacy: &Entry<Candidacy>) -> Result<Answer, Error> {
    let files = format!("/calls/{}/files", call.body.code);
    let is_long = Store::count(&Find::new().equal(Candidacy::CALL, call.id.as_str()))? > u64::from(FILES_MAX);
    Ok(Answer::redirect(if is_long { format!("{files}?from={}", candidacy.body.number) } else { files }))
}
