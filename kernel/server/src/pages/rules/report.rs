//! The report on the last change of rules: what differs between the packs, how the cooperatives of each province stood before and stand after,
//! and the list of those for which something changes. Of provinces that a reader does not see nothing is said.

use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_identity::policy::{Class, ReadPermit};
use tiwizi_model::{ProvinceCode, Record, RecordId};
use tiwizi_registry::rule_pack::{RuleChange, RulePack, changes};
use tiwizi_registry::rule_watch::{ProvinceReport, ReportLine};
use tiwizi_words::Texts;

use super::super::register;
use super::super::visit::Visit;
use crate::app::App;
use crate::problem::Problem;

/// The report for a reader, with one part of its list; none while the rules have not changed.
pub(super) async fn shown(app: &App, visit: &Visit) -> Result<Option<Value>, Problem> {
    let Some(report) = app.rule_watch.report().await? else { return Ok(None) };
    let permit = app.records.may_read(visit.visitor.caller(), &app.pages.names.act)?;
    let texts = visit.texts(app);
    let seen: Vec<(&String, &ProvinceReport)> = report
        .provinces
        .iter()
        .filter(|(code, _)| code.parse::<ProvinceCode>().is_ok_and(|code| sees(&permit, code)))
        .collect();
    let parts: Vec<u32> = seen.iter().flat_map(|(_, of)| of.parts.iter().copied()).collect();
    let place = place(&visit.look.query, parts.len());
    let lines = match parts.get(place.saturating_sub(1)) {
        Some(part) => app.rule_watch.part(*part).await?,
        None => Vec::new(),
    };
    let ids: Vec<RecordId> = lines.iter().map(|line| line.cooperative).collect();
    let public = app.records.may_read(&tiwizi_identity::Caller::public(), &app.pages.names.cooperative)?;
    let records = app.records.read_many(&public, &ids).await?;
    let differing = report.old.as_ref().map(|old| changes(old, &report.new)).unwrap_or_default();
    let told = |one: &RuleChange| Some(super::changed(&texts, one, (report.old.as_ref()?, &report.new)));
    let told = differing.iter().filter_map(told).collect::<Vec<_>>();
    let sum = |count: fn(&ProvinceReport) -> u64| seen.iter().fold(0_u64, |sum, (_, of)| sum.saturating_add(count(of)));
    let part = |place: usize| visit.look.address(&format!("{}?part={place}#report-list", super::PATH));
    Ok(Some(context! {
        old => report.old.as_ref().map(RulePack::reference),
        new => report.new.reference(),
        day => texts.written_date(&report.day.to_string()),
        has_ended => report.ended_at.is_some(),
        ended => report.ended_at,
        changes => told,
        looked => sum(|of| of.looked),
        affected => sum(|of| of.affected),
        unread => report.unread,
        provinces => seen.iter().map(|(code, of)| province(visit, &texts, code, of)).collect::<Vec<_>>(),
        lines => lines.iter().map(|one| line(visit, &texts, one, &records)).collect::<Vec<_>>(),
        before => (place > 1).then(|| part(place.saturating_sub(1))),
        next => (place < parts.len()).then(|| part(place.saturating_add(1))),
    }))
}

/// Which part of the list is asked for, among those that the reader sees: from 1 on.
fn place(query: &str, parts: usize) -> usize {
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("part=")?.parse::<usize>().ok());
    asked.unwrap_or(1).clamp(1, parts.max(1))
}

/// Whether a reader sees what acts say in a province.
fn sees(permit: &ReadPermit, province: ProvinceCode) -> bool {
    permit.classes(None, Some(province)).is_some_and(|classes| classes.holds(Class::Personal))
}

/// A province with how many do not fulfil which rule, before and after.
fn province(visit: &Visit, texts: &Texts, code: &str, of: &ProvinceReport) -> Value {
    let mut names: Vec<&String> = of.before.keys().chain(of.after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let line = |name: &&String| {
        let count = |counts: &std::collections::BTreeMap<String, u64>| counts.get(*name).copied().unwrap_or_default();
        let (before, after) = (count(&of.before), count(&of.after));
        context! { label => finding(texts, name), before, after, differs => before != after }
    };
    context! {
        name => register::province(visit.look.language, code).unwrap_or(code),
        looked => of.looked,
        affected => of.affected,
        findings => names.iter().map(line).collect::<Vec<_>>(),
    }
}

fn line(visit: &Visit, texts: &Texts, line: &ReportLine, records: &[Record]) -> Value {
    let record = records.iter().find(|record| record.id == line.cooperative);
    let names = |names: &[String]| names.iter().map(|name| finding(texts, name)).collect::<Vec<_>>();
    let place = line.province.to_string();
    context! {
        href => visit.look.address(&format!("/directory/{}", line.cooperative)),
        name => record.and_then(|record| {
            register::names(visit.look.language, &record.body).first().map(register::Name::value)
        }),
        number => record.and_then(|record| record.body.get("number")).and_then(Json::as_str),
        place => register::province(visit.look.language, &place),
        arises => names(&line.arises),
        ends => names(&line.ends),
        activity => line.activity.as_ref().map(|both| both.each_ref().map(|name| activity(texts, name)).to_vec()),
    }
}

/// A finding in words; one that this program does not know any more by its name.
fn finding(texts: &Texts, name: &str) -> String {
    texts.find(&format!("finding-{name}"), &FluentArgs::new()).unwrap_or_else(|| name.to_owned())
}

fn activity(texts: &Texts, name: &str) -> String {
    texts.find(&format!("activity-{name}"), &FluentArgs::new()).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_part_that_is_there() {
        for (query, parts, expected) in
            [("", 0, 1), ("part=1", 3, 1), ("part=3", 3, 3), ("part=9", 3, 3), ("part=0", 3, 1), ("part=x", 3, 1)]
        {
            assert_eq!(place(query, parts), expected, "{query} of {parts}");
        }
    }
}
