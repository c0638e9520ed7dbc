//! The rules by which the register works, and what another rule pack would change: the rules that differ, how cooperatives stand before and
//! after, and those for which something arises or ends.
//!
//! A pack that is new to the instance is held against the register by itself (`RuleWatch`); its report stands above.
//!
//! It writes nothing. A place with many cooperatives is looked through in parts; a part says where the next one begins.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_model::limits::{ECHO_CHARS_MAX, REEVALUATED_PASSED_MAX, REEVALUATED_ROWS_MAX, RULE_PACK_BYTES_MAX};
use tiwizi_model::{ProvinceCode, Record};
use tiwizi_registry::RulePacks;
use tiwizi_registry::acts::{Affected, Finding, PackChange, ReevaluatedPart, Standing};
use tiwizi_registry::day::Day;
use tiwizi_registry::rule_pack::{RuleChange, RulePack};
use tiwizi_words::Texts;

mod report;
mod words;

use super::register;
use super::visit::{Asked, SignedIn, Visit, with_status};
use crate::app::App;
use crate::form::Posted;
use crate::problem::{Fault, Problem};

const PATH: &str = "/register/rules";

/// What somebody tries.
#[derive(Debug, Clone, Default)]
struct Tried {
    /// The pack, as its file; empty for the newest one of the program.
    pack: String,
    day: String,
    province: String,
}

/// `GET /{language}/register/rules`
pub(super) async fn show(State(app): State<Arc<App>>, SignedIn(visit): SignedIn) -> Result<Response, Problem> {
    app.records.may_read(visit.visitor.caller(), &app.pages.names.act)?;
    let tried = Tried { day: today(&app).to_string(), ..Tried::default() };
    let report = report::shown(&app, &visit).await?;
    page(&app, &visit, &tried, context! { report })
}

/// `POST /{language}/register/rules`
pub(super) async fn send(State(app): State<Arc<App>>, asked: Asked, posted: Posted) -> Result<Response, Problem> {
    let visit = asked.by(&app, posted.visitor.clone()).await;
    let caller = visit.visitor.signed_in()?.clone();
    if visit.must_change() {
        return Err(Fault::MustChangePassword.into());
    }
    app.records.may_read(&caller, &app.pages.names.act)?;
    let field = |name: &str| posted.field(name).unwrap_or_default().trim().to_owned();
    let tried = Tried { pack: field("pack"), day: field("day"), province: field("province") };
    let Ok(day) = tried.day.parse::<Day>() else { return wrong(&app, &visit, &tried, "rules-no-day", "") };
    let packs = app.acts.packs();
    let Some(old) = packs.at(day) else { return wrong(&app, &visit, &tried, "rules-no-pack", "") };
    let given = match given(&tried.pack) {
        Ok(given) => given,
        Err(why) => return wrong(&app, &visit, &tried, "rules-wrong-pack", &why),
    };
    let new = given.as_ref().or_else(|| packs.newest()).unwrap_or(old);
    let province: Option<ProvinceCode> = tried.province.parse().ok();
    let change = PackChange { old, new, day, province };
    let cursor = Some(field("cursor")).filter(|cursor| !cursor.is_empty());
    let is_further = cursor.is_some();
    let mut part = app.acts.reevaluate_part(&caller, change, cursor).await?;
    while goes_on(&part) {
        let more = app.acts.reevaluate_part(&caller, change, part.next.take()).await?;
        part = joined(part, more);
    }
    let texts = visit.texts(&app);
    page(&app, &visit, &tried, result(&visit, &texts, change, &part, is_further))
}

/// The pack that was given, if any; or why it cannot be used, in English.
fn given(text: &str) -> Result<Option<RulePack>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > RULE_PACK_BYTES_MAX {
        return Err(format!("it has more than {RULE_PACK_BYTES_MAX} bytes"));
    }
    RulePacks::trial("pack", text).map(Some).map_err(|error| {
        let cause = std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
        format!("{error}{cause}").chars().take(ECHO_CHARS_MAX.saturating_mul(4)).collect()
    })
}

/// Whether a page looks further: not beyond what it may look at, and not through a register of which its reader sees little.
fn goes_on(part: &ReevaluatedPart) -> bool {
    let is_full =
        part.looked.saturating_add(part.unread) >= REEVALUATED_ROWS_MAX || part.passed >= REEVALUATED_PASSED_MAX;
    !is_full && part.next.is_some() && !part.found.rules.is_empty()
}

fn joined(mut part: ReevaluatedPart, more: ReevaluatedPart) -> ReevaluatedPart {
    part.found.join(more.found);
    part.records.extend(more.records);
    part.looked = part.looked.saturating_add(more.looked);
    part.unread = part.unread.saturating_add(more.unread);
    part.passed = part.passed.saturating_add(more.passed);
    part.next = more.next;
    part
}

fn today(app: &App) -> Day {
    Day::of(app.ambient.now())
}

fn wrong(app: &App, visit: &Visit, tried: &Tried, key: &str, detail: &str) -> Result<Response, Problem> {
    let shown = page(app, visit, tried, context! { wrong => key, detail })?;
    Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, shown))
}

fn page(app: &App, visit: &Visit, tried: &Tried, more: Value) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let packs: Vec<Value> = app.acts.packs().all().iter().map(|pack| words::pack(&texts, pack)).collect();
    let data = context! {
        packs,
        action => visit.look.address(PATH),
        regions => register::regions(visit.look.language),
        pack => &*tried.pack,
        day => &*tried.day,
        province => &*tried.province,
        ..more
    };
    visit.page(app, "rules.html", &texts.text("rules"), data)
}

fn result(visit: &Visit, texts: &Texts, change: PackChange<'_>, part: &ReevaluatedPart, is_further: bool) -> Value {
    let affected = part.found.cooperatives.iter().zip(&part.records);
    context! {
        is_tried => true,
        is_further,
        old => change.old.reference(),
        new => change.new.reference(),
        changes => part.found.rules.iter().map(|one| changed(texts, one, (change.old, change.new))).collect::<Vec<_>>(),
        looked => part.looked,
        unread => part.unread,
        counts => counts(texts, &part.found.before, &part.found.after),
        affected => affected.map(|(one, record)| line(visit, texts, one, record)).collect::<Vec<_>>(),
        cursor => part.next.as_deref().filter(|_| !part.found.rules.is_empty()),
    }
}

/// A rule that differs, in words.
fn changed(texts: &Texts, change: &RuleChange, (old, new): (&RulePack, &RulePack)) -> Value {
    let rule = match change.rule.as_str() {
        "/sectors/version" => "sectors",
        "/statutes/items" => "statutes",
        "/transitions/list" => "transitions",
        rule => rule.rsplit('/').next().unwrap_or_default(),
    };
    let (before, after) = (words::lines(texts, old, rule), words::lines(texts, new, rule));
    // Of a list only what differs.
    let only = |ones: &[String], others: &[String]| -> Vec<String> {
        ones.iter().filter(|one| !others.contains(one)).cloned().collect()
    };
    context! { label => words::name(texts, rule), before => only(&before, &after), after => only(&after, &before) }
}

/// How many before and after: those in order, each finding, each activity.
fn counts(texts: &Texts, before: &Standing, after: &Standing) -> Vec<Value> {
    let line = |label: String, before: u64, after: u64| context! { label, before, after, differs => before != after };
    let mut lines = vec![line(texts.text("rules-in-order"), before.in_order, after.in_order)];
    let of = |counts: &BTreeMap<&'static str, u64>, name: &str| counts.get(name).copied().unwrap_or_default();
    for (kind, before, after) in
        [("finding", &before.findings, &after.findings), ("activity", &before.activity, &after.activity)]
    {
        let mut names: Vec<&'static str> = before.keys().chain(after.keys()).copied().collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            lines.push(line(texts.text(&format!("{kind}-{name}")), of(before, name), of(after, name)));
        }
    }
    lines
}

/// A cooperative for which something changes.
fn line(visit: &Visit, texts: &Texts, affected: &Affected, record: &Record) -> Value {
    let names = |findings: &[Finding]| -> Vec<String> {
        let mut names: Vec<String> =
            findings.iter().map(|finding| texts.text(&format!("finding-{}", finding.name()))).collect();
        names.dedup();
        names
    };
    let is_same = affected.activity_before == affected.activity_after;
    let activity = [affected.activity_before, affected.activity_after];
    context! {
        href => visit.look.address(&format!("/directory/{}", record.id)),
        name => register::names(visit.look.language, &record.body).first().map(register::Name::value),
        number => record.body.get("number").and_then(Json::as_str),
        arises => names(&affected.arises),
        ends => names(&affected.ends),
        activity => (!is_same).then(|| activity.map(|one| texts.text(&format!("activity-{}", one.name()))).to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_looks_no_further_than_it_may() {
        let mut part = ReevaluatedPart { next: Some("next".to_owned()), ..ReevaluatedPart::default() };
        assert!(!goes_on(&part), "packs that do not differ change nothing");
        part.found.rules = vec![RuleChange { rule: String::new(), before: Json::Null, after: Json::Null }];
        assert!(goes_on(&part));
        for (looked, unread, passed) in
            [(REEVALUATED_ROWS_MAX, 0, 0), (1, REEVALUATED_ROWS_MAX, 0), (0, 0, REEVALUATED_PASSED_MAX)]
        {
            let full = ReevaluatedPart { looked, unread, passed, ..part.clone() };
            assert!(!goes_on(&full), "{looked} {unread} {passed}");
        }
        part.next = None;
        assert!(!goes_on(&part));
    }
}
