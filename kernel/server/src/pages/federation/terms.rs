//! What a document says, in words: who gives whom which rows and fields, why, and until when.

use minijinja::{Value, context};
use tiwizi_federation_core::agreement::{Document, KindTerms, Kinds, Party, Rule, Scalar};
use tiwizi_model::KindName;
use tiwizi_words::Texts;

use super::super::protection::words as fields;
use super::super::register;
use super::super::said::said;
use super::super::visit::Visit;
use super::plane;
use crate::app::App;
use crate::federation::Door;

/// A document.
pub(super) fn of(app: &App, visit: &Visit, door: &Door, document: &Document) -> Value {
    let texts = visit.texts(app);
    let name = |node: &tiwizi_federation_core::wire::NodeId| {
        let party = document.parties.iter().find(|party| party.node == *node);
        party.map_or_else(|| node.to_string(), |party| party.name.clone())
    };
    let side = |giver: &Party| {
        let receiver = document.parties.iter().find(|party| party.node != giver.node);
        let planes = document.grants.get(&giver.node).into_iter().flatten();
        let planes = planes.map(|(found, kinds)| {
            let kinds = kinds.iter().map(|(kind, terms)| of_kind(app, visit, door.kinds(), (kind, terms)));
            context! { title => plane(&texts, found.as_str()), kinds => kinds.collect::<Vec<_>>() }
        });
        context! {
            giver => &*giver.name,
            receiver => receiver.map(|party| party.name.clone()),
            is_here => giver.node == door.me(),
            planes => planes.collect::<Vec<_>>(),
        }
    };
    // This side stands first, whichever name sorts first.
    let mut parties: Vec<&Party> = document.parties.iter().collect();
    parties.sort_by_key(|party| party.node != door.me());
    context! {
        purpose => &*document.purpose,
        basis => &*document.legal_basis,
        cndp => document.cndp.as_deref(),
        from => texts.date(document.issued_at),
        until => texts.date(document.expires_at),
        retention_days => document.retention_days,
        erasure_days => document.erasure_days,
        onward => document.onward.iter().map(name).collect::<Vec<_>>(),
        sides => parties.into_iter().map(side).collect::<Vec<_>>(),
    }
}

fn of_kind(app: &App, visit: &Visit, kinds: &Kinds, (name, terms): (&KindName, &KindTerms)) -> Value {
    let texts = fields::of_kind(app, visit, name);
    let rows = terms.rows.iter().map(|(field, values)| {
        let values: Vec<String> = values.iter().map(|value| scalar(&texts, field, value)).collect();
        context! { label => label(&texts, name, field), values => values.join(" · ") }
    });
    let given = terms.fields.iter().filter(|(_, rule)| **rule != Rule::Withheld).map(|(field, rule)| {
        let shown = match rule {
            Rule::Generalised(other) => other,
            Rule::Clear | Rule::Withheld => field,
        };
        context! {
            label => label(&texts, name, field),
            generalised => matches!(rule, Rule::Generalised(_)).then(|| label(&texts, name, shown)),
            is_personal => is_personal(kinds, name, shown),
        }
    });
    let known = kinds.get(name).map_or(0, |classes| classes.fields.len());
    let named = terms.fields.values().filter(|rule| **rule != Rule::Withheld).count();
    context! {
        title => title(app, visit, name),
        name => name.as_str(),
        rows => rows.collect::<Vec<_>>(),
        fields => given.collect::<Vec<_>>(),
        withheld => known.saturating_sub(named),
    }
}

/// The name of a kind.
pub(super) fn title(app: &App, visit: &Visit, name: &KindName) -> Value {
    let kinds = app.records.kinds();
    kinds.find(name).map_or_else(|| name.to_string().into(), |kind| said(&visit.look, &kind.declaration().title))
}

/// The name of a committed field; what is derived is called after the field that it comes from.
pub(super) fn label(texts: &Texts, kind: &KindName, field: &str) -> String {
    let (of, part) = field.split_once('.').unwrap_or((field, ""));
    let label = fields::label(texts, kind.name(), of);
    match part {
        "" => label,
        part => format!("{label} · {}", texts.text(&format!("agreement-part-{}", part.replace('_', "-")))),
    }
}

/// Whether a committed field says something about a person. What has no class here does.
pub(super) fn is_personal(kinds: &Kinds, kind: &KindName, field: &str) -> bool {
    let committed = kinds.get(kind).and_then(|classes| classes.committed(field));
    committed.is_none_or(|(_, class)| class.is_personal())
}

fn scalar(texts: &Texts, field: &str, value: &Scalar) -> String {
    match (field, value) {
        ("category", Scalar::Text(letters)) => {
            format!("{} ({})", letters.to_uppercase(), register::category(texts, letters))
        }
        (field, value) => fields::value(texts, "", field, &value.json()),
    }
}
