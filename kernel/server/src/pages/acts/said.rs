//! What acts say and change, in the words of a page.

use std::collections::BTreeMap;

use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_model::RecordId;
use tiwizi_model::limits::ACT_CHANGES_SHOWN_MAX;
use tiwizi_registry::acts::{ActKind, Content, Difference, LeavingReason, Topic};
use tiwizi_registry::day::Day;
use tiwizi_registry::money::Mad;
use tiwizi_registry::rule_pack::Stage;
use tiwizi_words::Texts;

use super::super::register;
use super::fill::form_name;
use super::opened::Opened;

/// The label of a field: its own on the pages of acts, else the one that the register has for it.
pub(super) fn label(texts: &Texts, name: &str) -> String {
    let name = match name {
        "answer-reason" | "closing-reason" => "reason",
        "share-value" => "share-value-mad",
        name => name,
    };
    let own = ["acts-field-", "field-", "print-", "acts-"].map(|start| format!("{start}{name}"));
    let keys = own.into_iter().chain([name.to_owned()]).collect::<Vec<_>>();
    let found = keys.iter().find_map(|key| texts.find(key, &FluentArgs::new()));
    found.unwrap_or_else(|| name.to_owned())
}

/// The name of a kind of act.
pub(in crate::pages) fn kind(texts: &Texts, kind: ActKind) -> String {
    let keys = [format!("act-{kind}"), format!("acts-kind-{kind}")];
    keys.iter().find_map(|key| texts.find(key, &FluentArgs::new())).unwrap_or_else(|| kind.to_string())
}

/// Where a cooperative stands.
pub(in crate::pages) fn stage(texts: &Texts, stage: Stage) -> String {
    let keys = [format!("status-{stage}"), format!("acts-stage-{stage}")];
    keys.iter().find_map(|key| texts.find(key, &FluentArgs::new())).unwrap_or_default()
}

/// An office.
pub(super) fn role(texts: &Texts, name: &str) -> String {
    texts.text(&format!("value-role-{name}"))
}

/// A day.
pub(super) fn day(texts: &Texts, day: Day) -> String {
    texts.written_date(&day.to_string())
}

/// An amount in dirhams.
pub(super) fn amount(texts: &Texts, amount: Mad) -> String {
    let mut args = FluentArgs::new();
    match amount.number().as_f64() {
        Some(number) => args.set("amount", number),
        None => args.set("amount", amount.to_string()),
    }
    texts.text_with("field-capital-amount", &args)
}

/// Why a member left, as acts name it.
pub(super) fn reason_name(reason: LeavingReason) -> &'static str {
    match reason {
        LeavingReason::Withdrawn => "withdrawn",
        LeavingReason::Excluded => "excluded",
        LeavingReason::ExcludedUnpaid => "excluded-unpaid",
        LeavingReason::Died => "died",
    }
}

/// Differences by what they are about, for a page; what is too much is counted.
pub(super) fn differences(
    opened: &Opened<'_>,
    found: &[Difference],
    cooperatives: &BTreeMap<RecordId, String>,
) -> Value {
    let texts = &opened.texts;
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    let mut last: Option<&Topic> = None;
    for difference in found.iter().take(ACT_CHANGES_SHOWN_MAX) {
        if last != Some(&difference.topic) {
            groups.push((topic(opened, &difference.topic), Vec::new()));
            last = Some(&difference.topic);
        }
        let side = |content: &Option<Content>| {
            content.as_ref().map(|content| content_said(opened, difference.field, content, cooperatives))
        };
        let line = context! {
            label => label(texts, difference.field),
            before => side(&difference.before),
            after => side(&difference.after),
        };
        if let Some((_, lines)) = groups.last_mut() {
            lines.push(line);
        }
    }
    let groups: Vec<Value> = groups.into_iter().map(|(topic, lines)| context! { lines, ..topic }).collect();
    context! { groups, more => found.len().saturating_sub(ACT_CHANGES_SHOWN_MAX) }
}

fn topic(opened: &Opened<'_>, topic: &Topic) -> Value {
    let texts = &opened.texts;
    let name = |person: &RecordId| opened.people.name(opened.language(), *person);
    match topic {
        Topic::Cooperative => context! { about => "" },
        Topic::Member { number, person } => {
            context! { about => texts.text("acts-about-member"), code => &**number, name => name(person) }
        }
        Topic::Mandate { person, role } => {
            context! { about => self::role(texts, role.name()), name => name(person) }
        }
        Topic::Filing { year } => context! { about => texts.text("act-yearly-filing"), code => year.to_string() },
    }
}

fn content_said(
    opened: &Opened<'_>,
    field: &str,
    content: &Content,
    cooperatives: &BTreeMap<RecordId, String>,
) -> String {
    let texts = &opened.texts;
    match content {
        Content::Text(text) => code_said(opened, field, text),
        Content::Day(day) => self::day(texts, *day),
        Content::Amount(amount) => self::amount(texts, *amount),
        Content::Count(count) => {
            u32::try_from(*count).map_or_else(|_| count.to_string(), |count| texts.number(f64::from(count)))
        }
        Content::Stage(stage) => self::stage(texts, *stage),
        Content::Form(form) => texts.text(&format!("acts-form-{}", form_name(*form))),
        Content::Reason(reason) => texts.text(&format!("acts-left-{}", reason_name(*reason))),
        Content::Entity(entity) => texts.text(&format!("value-entity-{}", entity.name())),
        Content::Holder(holder) => texts.text(&format!("value-holder-{}", holder.name())),
        Content::Person(person) => {
            opened.people.text(opened.language(), *person).unwrap_or_else(|| texts.text("acts-person-known"))
        }
        Content::Cooperatives(ids) => {
            let name = |id: &RecordId| cooperatives.get(id).cloned().unwrap_or_else(|| id.to_string());
            ids.iter().map(name).collect::<Vec<_>>().join(" · ")
        }
    }
}

/// A text of the state: some are codes.
fn code_said(opened: &Opened<'_>, field: &str, text: &str) -> String {
    let texts = &opened.texts;
    match field {
        "sector" => register::sector(texts, text),
        "branch" => register::branch(texts, opened.desk.state.sector.as_deref().unwrap_or_default(), text),
        "category" => register::category(texts, text),
        "province" => register::province(opened.language(), text).unwrap_or(text).to_owned(),
        _ => text.to_owned(),
    }
}

/// What an act gives as its reason, in the words of whoever entered it.
pub(super) fn reason(data: &Json) -> Option<String> {
    data.get("reason").and_then(Json::as_str).map(ToOwned::to_owned)
}

/// Everybody whom differences name.
pub(super) fn named(found: &[Difference]) -> impl Iterator<Item = RecordId> {
    found.iter().take(ACT_CHANGES_SHOWN_MAX).flat_map(|difference| {
        let about = match &difference.topic {
            Topic::Member { person, .. } | Topic::Mandate { person, .. } => Some(*person),
            Topic::Cooperative | Topic::Filing { .. } => None,
        };
        let sides = [&difference.before, &difference.after].into_iter().filter_map(|side| match side {
            Some(Content::Person(person)) => Some(*person),
            _ => None,
        });
        about.into_iter().chain(sides)
    })
}

/// The other cooperatives that differences name.
pub(super) fn others(found: &[Difference]) -> Vec<RecordId> {
    let contents = found.iter().flat_map(|difference| [&difference.before, &difference.after]);
    let ids = contents.filter_map(|content| match content {
        Some(Content::Cooperatives(ids)) => Some(ids.clone()),
        _ => None,
    });
    ids.flatten().collect()
}
