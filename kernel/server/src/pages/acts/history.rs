//! The history of a cooperative: every act in the order of entry, with what it changed.
//!
//! What an act changed is told from the states before and after its entry, so that a correction tells what it changed in what stood.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use tiwizi_model::limits::ACT_HISTORY_ROWS_MAX;
use tiwizi_model::{AccountId, RecordId};
use tiwizi_registry::acts::{self, Act, ActKind, Difference, Ledger};

use super::super::console::done;
use super::super::visit::SignedIn;
use super::opened::Opened;
use super::{chain, others, said};
use crate::app::App;
use crate::problem::Problem;

/// `GET /{language}/directory/{id}/acts`: `from` is the place of the first act that is shown.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((_, id)): Path<(String, String)>,
    SignedIn(visit): SignedIn,
) -> Result<Response, Problem> {
    let mut opened = Opened::of(&app, &visit, &id).await?;
    let acts = opened.desk.ledger.acts().to_vec();
    let from = first(&visit.look.query, acts.len());
    let rows = acts.get(from..).unwrap_or_default();
    let rows = rows.get(..ACT_HISTORY_ROWS_MAX).unwrap_or(rows);
    let changed = if opened.is_whole() { changed(&opened, &acts, from, rows.len())? } else { Vec::new() };
    let ids: BTreeSet<RecordId> = changed.iter().flat_map(|found| said::named(found)).collect();
    opened.name(&ids).await?;
    let others: Vec<RecordId> = changed.iter().flat_map(|found| said::others(found)).collect();
    let names = others::names(&app, opened.language(), &others).await?;
    let authors = authors(&opened, rows).await?;
    let places = chain::places(&acts);
    let row = |(at, act): (usize, &Act)| {
        let found = changed.get(at).map(|found| said::differences(&opened, found, &names));
        context! { ..context! { found }, ..entry(&opened, act, &authors), ..corrected(&opened, &acts, &places, act) }
    };
    let page = |from: usize| opened.address(&format!("/acts?from={}", from.saturating_add(1)));
    let next = from.saturating_add(ACT_HISTORY_ROWS_MAX);
    let data = context! {
        acts => rows.iter().enumerate().map(row).collect::<Vec<_>>(),
        total => acts.len(),
        done => done(&visit),
        enter => opened.desk.may_correct.then(|| opened.address("/acts/new")),
        lists => opened.is_whole().then(|| context! {
            members => opened.address("/members"), officers => opened.address("/officers"), acts => opened.address("/acts/list"),
        }),
        whole => opened.is_whole(),
        next => (next < acts.len()).then(|| page(next)),
        first => (from > 0).then(|| opened.address("/acts")),
        ..opened.around()
    };
    let title = format!("{} · {}", opened.texts.text("acts"), opened.title());
    visit.page(&app, "acts/history.html", &title, data)
}

/// The index of the first act that an address asks for: that of the page on which it stands.
fn first(query: &str, acts: usize) -> usize {
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("from=")?.parse::<usize>().ok());
    let index = asked.unwrap_or(1).saturating_sub(1).min(acts.saturating_sub(1));
    index.checked_div(ACT_HISTORY_ROWS_MAX).unwrap_or_default().saturating_mul(ACT_HISTORY_ROWS_MAX)
}

/// What each act of a page changed.
fn changed(opened: &Opened<'_>, acts: &[Act], from: usize, rows: usize) -> Result<Vec<Vec<Difference>>, Problem> {
    let packs = opened.app.acts.packs();
    let state = |count: usize| -> Result<acts::State, Problem> {
        let ledger = Ledger::of(acts.get(..count).unwrap_or_default().to_vec()).map_err(Problem::internal)?;
        ledger.project(packs).map_err(Problem::internal)
    };
    let mut before = state(from)?;
    let mut all = Vec::with_capacity(rows);
    for count in from.saturating_add(1)..=from.saturating_add(rows) {
        let after = state(count)?;
        all.push(acts::differences(&before, &after));
        before = after;
    }
    Ok(all)
}

/// The names of those who entered acts.
async fn authors(opened: &Opened<'_>, acts: &[Act]) -> Result<BTreeMap<AccountId, String>, Problem> {
    let ids: BTreeSet<AccountId> = acts.iter().filter_map(|act| act.author).collect();
    Ok(opened.app.identity.account_names(&ids).await?)
}

/// An act without what it changed.
fn entry(opened: &Opened<'_>, act: &Act, authors: &BTreeMap<AccountId, String>) -> Value {
    let (texts, is_whole) = (&opened.texts, opened.is_whole());
    let author = match act.author {
        None => texts.text("records-by-system"),
        Some(id) if opened.caller().account() == Some(id) => texts.text("records-by-you"),
        Some(id) => authors.get(&id).cloned().unwrap_or_else(|| texts.text("records-by-account")),
    };
    let document = |place: usize| opened.address(&format!("/acts/{}/documents/{place}", act.sequence));
    let documents = (1..=act.documents.len()).map(document).collect::<Vec<_>>();
    context! {
        sequence => act.sequence,
        kind => said::kind(texts, act.kind()),
        effective => said::day(texts, act.effective_on),
        entered => act.entered_at.0,
        author,
        documents => if is_whole { documents } else { Vec::new() },
        reason => if is_whole { said::reason(&act.data.value()) } else { None },
    }
}

/// What corrections say of an act.
fn corrected(opened: &Opened<'_>, acts: &[Act], places: &BTreeMap<u32, u32>, act: &Act) -> Value {
    let place = places.get(&act.sequence).copied().unwrap_or(act.sequence);
    let last = chain::last_of(acts, place);
    let last_act = acts.iter().find(|other| other.sequence == last);
    let annuls = |act: &Act| match &act.data {
        acts::ActData::Corrected(correction) => correction.stands.is_none(),
        _ => false,
    };
    let is_corrected = last != act.sequence;
    let is_open = act.kind() != ActKind::Corrected && opened.desk.may_correct && opened.is_whole();
    let link = |sequence: u32| {
        context! { sequence, href => opened.address(&format!("/acts?from={sequence}")) }
    };
    context! {
        corrects => act.corrects.map(|_| link(place)),
        annuls => annuls(act),
        corrected_by => is_corrected.then(|| link(last)),
        annulled => is_corrected && last_act.is_some_and(annuls),
        correct => is_open.then(|| opened.address(&format!("/acts/{}/correct", act.sequence))),
    }
}

/// Acts in a line each, for a sheet that was overtaken by them.
pub(super) async fn brief(opened: &Opened<'_>, acts: &[Act]) -> Result<Vec<Value>, Problem> {
    let authors = authors(opened, acts).await?;
    Ok(acts.iter().map(|act| entry(opened, act, &authors)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_the_page_with_the_act() {
        let page = ACT_HISTORY_ROWS_MAX;
        for (query, acts, expected) in [
            ("", 0, 0),
            ("", 50, 0),
            ("from=1", 50, 0),
            ("from=20", 50, 0),
            ("done=x&from=21", 50, page),
            ("from=41", 50, 2 * page),
            ("from=9999", 50, 2 * page),
            ("from=0", 50, 0),
            ("from=x", 50, 0),
        ] {
            assert_eq!(first(query, acts), expected, "{query} of {acts}");
        }
    }
}
