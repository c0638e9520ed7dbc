//! Everything that is kept of a person on one page, to read and to print.

use axum::response::Response;
use fluent_bundle::FluentArgs;
use http::{HeaderValue, header};
use minijinja::{Value, context};
use serde_json::Value as Json;
use tiwizi_identity::Scope;
use tiwizi_model::{KindName, Record};
use tiwizi_records::HistoryEntry;
use tiwizi_registry::acts::ActKind;
use tiwizi_registry::protection::{About, Disclosure, Dossier, Part};

use super::super::said::said;
use super::super::visit::Visit;
use super::super::{acts, register};
use super::words;
use crate::app::App;
use crate::problem::Problem;

/// The page of a dossier. `back` is where its reader came from; `file` is where the same is for programs, if its reader may fetch it.
pub(super) fn page(
    app: &App,
    visit: &Visit,
    dossier: &Dossier,
    (back, file): (&str, Option<String>),
) -> Result<Response, Problem> {
    let texts = visit.texts(app);
    let account = |account: &tiwizi_registry::protection::AccountFacts| {
        context! {
            email => &*account.email,
            name => &*account.name,
            created => account.created_at.0,
            roles => account.roles.iter().map(|grant| role(&texts, grant)).collect::<Vec<_>>(),
            tokens => &account.tokens,
        }
    };
    let data = context! {
        made => dossier.made_at.0,
        is_whole => dossier.is_whole,
        is_card_sealed => dossier.is_card_sealed,
        kinds => dossier.kinds.iter().map(|about| of_kind(app, visit, about)).collect::<Vec<_>>(),
        acts => dossier.acts.iter().map(|part| of_act(&texts, part)).collect::<Vec<_>>(),
        extracts => dossier.extracts.len(),
        accounts => dossier.accounts.iter().map(account).collect::<Vec<_>>(),
        processings => dossier.processings.iter().map(|one| words::processing(app, visit, &texts, one)).collect::<Vec<_>>(),
        disclosures => dossier.disclosures.iter().map(|one| of_disclosure(app, visit, one)).collect::<Vec<_>>(),
        back => visit.look.address(back),
        file,
    };
    let mut response = visit.page(app, "protection/dossier.html", &texts.text("dossier"), data)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What went to another instance, kind by kind.
fn of_disclosure(app: &App, visit: &Visit, one: &Disclosure) -> Value {
    let kinds = app.records.kinds();
    let kind = |(name, fields): (&String, &std::collections::BTreeSet<String>)| {
        let name: KindName = name.parse().ok()?;
        let texts = words::of_kind(app, visit, &name);
        let title = kinds.find(&name).map(|kind| said(&visit.look, &kind.declaration().title));
        let label = |field: &String| words::label(&texts, name.name(), field.split('.').next().unwrap_or(field));
        // What is derived of a field is called as the field is.
        let labels: std::collections::BTreeSet<String> = fields.iter().map(label).collect();
        let labels: Vec<String> = labels.into_iter().collect();
        Some(context! { title, fields => labels.join(" · ") })
    };
    context! {
        to => &*one.to,
        purpose => &*one.purpose,
        basis => &*one.legal_basis,
        days => one.retention_days,
        kinds => one.fields.iter().filter_map(kind).collect::<Vec<_>>(),
    }
}

/// A role and where it is held, in words; a dossier names them as `registrar on province:09.541`.
fn role(texts: &tiwizi_words::Texts, grant: &str) -> String {
    let (name, scope) = grant.split_once(" on ").unwrap_or((grant, ""));
    let named = texts.find(&format!("role-{name}"), &FluentArgs::new()).unwrap_or_else(|| name.to_owned());
    match scope.parse::<Scope>() {
        Ok(scope) => format!("{named} · {}", register::scope(texts, &scope)),
        Err(_) => named,
    }
}

fn of_kind(app: &App, visit: &Visit, about: &About) -> Value {
    let texts = words::of_kind(app, visit, &about.kind);
    let kind = about.kind.name();
    let version = |entry: &HistoryEntry| {
        context! {
            changed => entry.record.changed_at.0,
            rows => words::rows(&texts, kind, &entry.record.body),
        }
    };
    let record = |(now, before): &(Record, Vec<HistoryEntry>)| {
        context! {
            created => now.created_at.0,
            changed => now.changed_at.0,
            rows => words::rows(&texts, kind, &now.body),
            before => before.iter().map(version).collect::<Vec<_>>(),
        }
    };
    context! {
        title => said(&visit.look, &about.title),
        purpose => &*about.purpose,
        retention => &*about.retention,
        records => about.records.iter().map(record).collect::<Vec<_>>(),
    }
}

fn of_act(texts: &tiwizi_words::Texts, part: &Part) -> Value {
    context! {
        act => ActKind::named(&part.act).map_or_else(|| part.act.clone(), |kind| acts::kind_name(texts, kind)),
        sequence => part.sequence,
        effective_on => &*part.effective_on,
        parts => part.parts.iter().map(|part: &Json| words::rows(texts, "act", part)).collect::<Vec<_>>(),
    }
}
