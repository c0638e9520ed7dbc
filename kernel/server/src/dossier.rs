//! Everything that is kept of a person, as programs read it. The page of the same says it in words.

use serde_json::{Value, json};
use tiwizi_model::{Language, Record};
use tiwizi_records::HistoryEntry;
use tiwizi_registry::protection::{About, AccountFacts, Disclosure, Dossier, Part, Processing};

use crate::app::App;
use crate::problem::Problem;
use crate::time::rfc3339;

/// Adds what went to other instances. Where that cannot be said for certain, nothing is given out.
pub(crate) async fn disclose(app: &App, dossier: &mut Dossier) -> Result<(), Problem> {
    let Some(door) = app.agreements() else { return Ok(()) };
    let found = door.disclosed(&dossier.subjects()).await?;
    let one = |one: tiwizi_federation::agreements::Disclosed| Disclosure {
        to: one.name,
        agreement: one.agreement.to_string(),
        version: one.version,
        purpose: one.purpose,
        legal_basis: one.legal_basis,
        retention_days: one.retention_days,
        fields: one.fields,
    };
    dossier.disclose(found.items.into_iter().map(one).collect(), found.is_whole);
    Ok(())
}

/// The whole in JSON.
pub(crate) fn view(dossier: &Dossier) -> Value {
    json!({
        "person": dossier.person.to_string(),
        "made": rfc3339(dossier.made_at),
        "whole": dossier.is_whole,
        "card_sealed": dossier.is_card_sealed,
        "kinds": dossier.kinds.iter().map(about).collect::<Vec<_>>(),
        "acts": dossier.acts.iter().map(part).collect::<Vec<_>>(),
        "extracts": dossier.extracts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "accounts": dossier.accounts.iter().map(account).collect::<Vec<_>>(),
        "processings": dossier.processings.iter().map(processing).collect::<Vec<_>>(),
        "disclosures": dossier.disclosures.iter().map(disclosure).collect::<Vec<_>>(),
    })
}

fn about(about: &About) -> Value {
    json!({
        "kind": about.kind.as_str(),
        "title": { "ar": about.title.in_language(Language::Arabic), "fr": about.title.in_language(Language::French) },
        "purpose": about.purpose,
        "retention": about.retention,
        "records": about.records.iter().map(|(now, versions)| record(now, versions)).collect::<Vec<_>>(),
    })
}

fn record(now: &Record, versions: &[HistoryEntry]) -> Value {
    let version = |entry: &HistoryEntry| {
        json!({
            "version": entry.record.version.0,
            "operation": entry.operation.name(),
            "changed": rfc3339(entry.record.changed_at),
            "body": entry.record.body,
        })
    };
    json!({
        "id": now.id.to_string(),
        "version": now.version.0,
        "created": rfc3339(now.created_at),
        "changed": rfc3339(now.changed_at),
        "plugin": now.author.plugin.as_ref().map(ToString::to_string),
        "body": now.body,
        "before": versions.iter().map(version).collect::<Vec<_>>(),
    })
}

fn part(part: &Part) -> Value {
    json!({
        "cooperative": part.cooperative.to_string(),
        "sequence": part.sequence,
        "act": part.act,
        "effective_on": part.effective_on,
        "parts": part.parts,
    })
}

fn account(account: &AccountFacts) -> Value {
    json!({
        "id": account.id,
        "email": account.email,
        "name": account.name,
        "language": account.language,
        "created": rfc3339(account.created_at),
        "roles": account.roles,
        "tokens": account.tokens,
    })
}

fn disclosure(one: &Disclosure) -> Value {
    json!({
        "to": one.to,
        "agreement": one.agreement,
        "version": one.version,
        "purpose": one.purpose,
        "legal_basis": one.legal_basis,
        "retention_days": one.retention_days,
        "fields": one.fields,
    })
}

/// What is public of a processing.
pub(crate) fn processing(processing: &Processing) -> Value {
    let mut body = processing.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("measures");
        fields.insert("id".to_owned(), processing.id.to_string().into());
    }
    body
}
