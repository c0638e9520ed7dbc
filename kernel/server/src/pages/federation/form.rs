//! The controls of a draft: who, what for, until when, and for each kind the table of its fields and the filter of its rows.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_federation::agreements::{DraftForm, KindForm, RuleForm};
use tiwizi_federation_core::agreement::{Class, KindClasses, Kinds};
use tiwizi_model::{KindName, limits};
use tiwizi_storage::federation::peer::PeerRow;
use tiwizi_words::Texts;

use super::super::protection::words as fields;
use super::super::register;
use super::super::visit::Visit;
use super::{given, plane, terms};
use crate::app::App;

/// The attributes that the form filters by.
const FILTERED: [&str; 3] = ["province", "category", "sector"];
/// The categories of article 1, alone and together.
const CATEGORIES: [&str; 7] = ["a", "b", "c", "ab", "ac", "bc", "abc"];

/// The terms of a kind that was chosen and that nobody has written yet: what is public or internal goes, what is about people stays.
pub(super) fn proposed(classes: &KindClasses) -> KindForm {
    let rule = |class: &Class| if class.is_personal() { "withheld" } else { "clear" };
    let rules = classes.fields.iter().map(|(field, class)| (field.clone(), RuleForm::Word(rule(class).to_owned())));
    KindForm { fields: rules.collect(), rows: BTreeMap::new() }
}

/// Every kind that may be agreed on, by plane, for a choice.
pub(super) fn choices(app: &App, visit: &Visit, texts: &Texts, kinds: &Kinds) -> Vec<Value> {
    let mut planes: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (name, classes) in kinds {
        let personal = classes.fields.values().any(|class| class.is_personal());
        let one = context! { name => name.as_str(), title => terms::title(app, visit, name), is_personal => personal };
        planes.entry(classes.plane.as_str()).or_default().push(one);
    }
    planes.into_iter().map(|(name, kinds)| context! { title => plane(texts, name), kinds }).collect()
}

/// The controls of a whole draft.
pub(super) fn controls(app: &App, visit: &Visit, kinds: &Kinds, draft: &DraftForm, peers: &[PeerRow]) -> Value {
    let side = |name: &'static str, given: &BTreeMap<String, KindForm>| {
        let of = |(kind, form): (&String, &KindForm)| {
            let kind: KindName = kind.parse().ok()?;
            Some(of_kind(app, visit, (name, &kind), kinds.get(&kind)?, form))
        };
        context! { name, kinds => given.iter().filter_map(of).collect::<Vec<_>>() }
    };
    let onward = peers.iter().map(|peer| {
        let id = id_of(peer);
        let selected = draft.onward.contains(&id);
        context! { id, name => &*peer.name, selected }
    });
    context! {
        peer => &*draft.peer,
        peer_name => peers.iter().find(|peer| id_of(peer) == draft.peer).map_or(&*draft.peer, |peer| &*peer.name),
        follows => draft.follows.as_deref(),
        purpose => &*draft.purpose,
        legal_basis => &*draft.legal_basis,
        cndp => draft.cndp.as_deref().unwrap_or_default(),
        expires_on => &*draft.expires_on,
        retention_days => draft.retention_days,
        erasure_days => draft.erasure_days,
        onward => onward.collect::<Vec<_>>(),
        sides => [side("gives", &draft.gives), side("takes", &draft.takes)].to_vec(),
        sentence_max => limits::FED_SENTENCE_BYTES_MAX / 4,
        erasure_max => limits::FED_ERASURE_DAYS_MAX,
        retention_max => limits::FED_RETENTION_DAYS_MAX,
    }
}

/// The id of a peer.
pub(super) fn id_of(peer: &PeerRow) -> String {
    tiwizi_federation_core::wire::Hash(peer.node).to_string()
}

fn of_kind(app: &App, visit: &Visit, (side, kind): (&str, &KindName), classes: &KindClasses, form: &KindForm) -> Value {
    let texts = fields::of_kind(app, visit, kind);
    let rule = |(field, class): (&String, &Class)| {
        let chosen = form.fields.get(field).map_or_else(|| "withheld".to_owned(), given::value);
        let mut options = vec![("clear".to_owned(), texts.text("agreement-clear"))];
        let derived = classes.derived.iter().filter(|(_, derived)| derived.of.as_ref() == Some(field));
        options.extend(derived.map(|(name, _)| {
            let rule = RuleForm::Generalised { generalised: name.clone() };
            (given::value(&rule), terms::label(&texts, kind, name))
        }));
        options.push(("withheld".to_owned(), texts.text("agreement-withheld")));
        let options = options.into_iter().map(|(value, label)| {
            let selected = value == chosen;
            context! { value, label, selected }
        });
        context! {
            name => format!("rule|{side}|{kind}|{field}"),
            label => terms::label(&texts, kind, field),
            is_personal => class.is_personal(),
            options => options.collect::<Vec<_>>(),
        }
    };
    context! {
        name => kind.as_str(),
        title => terms::title(app, visit, kind),
        rules => classes.fields.iter().map(rule).collect::<Vec<_>>(),
        filters => FILTERED.into_iter().filter_map(|field| filter(&texts, (side, kind, field), classes, form)).collect::<Vec<_>>(),
        rest_name => format!("rest|{side}|{kind}"),
        rest => rest(classes, form),
    }
}

/// Whether the form has a control for a filter: the kind commits the attribute, and it says nothing about a person.
fn is_filtered(classes: &KindClasses, field: &str) -> bool {
    FILTERED.contains(&field) && classes.committed(field).is_some_and(|(_, class)| !class.is_personal())
}

fn filter(
    texts: &Texts,
    (side, kind, field): (&str, &KindName, &str),
    classes: &KindClasses,
    form: &KindForm,
) -> Option<Value> {
    if !is_filtered(classes, field) {
        return None;
    }
    let chosen: BTreeSet<&str> = form.rows.get(field).into_iter().flatten().filter_map(Json::as_str).collect();
    let choice = |(code, name): (String, String)| {
        let selected = chosen.contains(code.as_str());
        context! { code, name, selected }
    };
    let choices: Vec<Value> = match field {
        "province" => provinces(texts).into_iter().map(choice).collect(),
        "sector" => {
            let all = tiwizi_registry::sectors::all().iter();
            all.map(|one| choice((one.code.clone(), register::sector(texts, &one.code)))).collect()
        }
        _ => {
            let named = |letters: &str| format!("{} ({})", letters.to_uppercase(), register::category(texts, letters));
            CATEGORIES.iter().map(|letters| choice(((*letters).to_owned(), named(letters)))).collect()
        }
    };
    let (name, label) = (format!("rows|{side}|{kind}|{field}"), terms::label(texts, kind, field));
    Some(context! { name, label, choices })
}

fn provinces(texts: &Texts) -> Vec<(String, String)> {
    let all = tiwizi_registry::territory::provinces().iter();
    all.map(|one| (one.code.to_string(), one.names.name(texts.language()).to_owned())).collect()
}

/// What the draft filters by and the form has no control for, as JSON; none when there is nothing.
fn rest(classes: &KindClasses, form: &KindForm) -> Option<String> {
    let others: BTreeMap<&String, &Vec<Json>> = form
        .rows
        .iter()
        .filter(|(field, values)| !is_filtered(classes, field) || values.iter().any(|value| !value.is_string()))
        .collect();
    if others.is_empty() { None } else { serde_json::to_string(&others).ok() }
}
