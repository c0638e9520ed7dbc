//! What happens to a cooperative that is registered, and how it ends.

use tiwizi_model::RecordId;

use super::Case;
use super::founding::{province, sector};
use crate::acts::data::{Amendment, Cause, Liquidation, Splitting, YearlyFiling};
use crate::acts::state::{Closing, Filing};
use crate::money::Mad;

pub(super) fn amended(case: &mut Case<'_>, amendment: &Amendment) {
    if *amendment == Amendment::default() {
        case.add("/data", "required", "something changes");
    }
    if let Some(code) = &amendment.sector {
        sector(case, code, amendment.branch.as_deref());
        case.state.sector = Some(code.clone());
        case.state.branch.clone_from(&amendment.branch);
    } else if let Some(branch) = &amendment.branch {
        let code = case.state.sector.clone().unwrap_or_default();
        sector(case, &code, Some(branch));
        case.state.branch = Some(branch.clone());
    }
    if let Some(code) = amendment.province {
        province(case, code);
        case.state.province = Some(code);
        case.state.commune = None;
        case.state.address = None;
    }
    let state = &mut case.state;
    for (new, kept) in [
        (&amendment.name_ar, &mut state.names.ar),
        (&amendment.name_fr, &mut state.names.fr),
        (&amendment.name_zgh, &mut state.names.zgh),
        (&amendment.category, &mut state.category),
        (&amendment.commune, &mut state.commune),
        (&amendment.address, &mut state.address),
    ] {
        if new.is_some() {
            kept.clone_from(new);
        }
    }
}

pub(super) fn yearly_filing(case: &mut Case<'_>, filing: &YearlyFiling) {
    let day = case.act.effective_on;
    for (field, hash) in [("minutes", &filing.minutes), ("accounts", &filing.accounts)] {
        if !case.act.documents.contains(hash) {
            case.add(format!("/data/{field}"), "no-document", "it is one of the act's documents");
        }
    }
    if filing.minutes == filing.accounts {
        case.add("/data/accounts", "repeated", "minutes and accounts are two documents");
    }
    if filing.assembly_on > day {
        case.add("/data/assembly_on", "order", "minutes are filed after the assembly");
    }
    if filing.year > filing.assembly_on.year() {
        case.add("/data/assembly_on", "order", "the assembly does not meet before the year");
    }
    if case.state.registered_on.is_some_and(|registered| registered.year() > filing.year) {
        case.add("/data/year", "order", "it was registered after that year");
    }
    if case.state.filings.contains_key(&filing.year) {
        case.add("/data/year", "taken", "this year was filed; correct that act");
    }
    if filing.turnover_mad < Mad::ZERO {
        case.add("/data/turnover_mad", "too-small", "a turnover is not below zero");
    }
    if filing.women.is_some_and(|women| women > filing.members) {
        case.add("/data/women", "too-large", "there are not more women than members");
    }
    case.state.filings.insert(filing.year, Filing { filed_on: day, content: filing.clone() });
}

/// It ends, or becomes another.
pub(super) fn ends(case: &mut Case<'_>, reason: Option<&String>, into: &[RecordId]) {
    if into.contains(&case.act.cooperative) {
        case.add("/data/into", "itself", "a cooperative does not become itself");
    }
    case.state.closing = Some(Closing {
        on: case.act.effective_on,
        reason: reason.cloned(),
        into: into.to_vec(),
        liquidator: None,
        struck_off_on: None,
    });
}

pub(super) fn split(case: &mut Case<'_>, split: &Splitting) {
    let mut different = split.into.clone();
    different.sort_unstable();
    different.dedup();
    if different.len() < 2 || different.len() < split.into.len() {
        case.add("/data/into", "too-few", "it becomes two different cooperatives at least");
    }
    ends(case, None, &split.into);
}

pub(super) fn liquidation_opened(case: &mut Case<'_>, liquidation: &Liquidation) {
    if let Some(closing) = &mut case.state.closing {
        closing.liquidator = Some(liquidation.liquidator.clone());
    }
}

pub(super) fn struck_off(case: &mut Case<'_>, cause: &Cause) {
    let day = case.act.effective_on;
    if let Some(closing) = &mut case.state.closing {
        closing.struck_off_on = Some(day);
        if closing.reason.is_none() {
            closing.reason = Some(cause.reason.clone());
        }
    }
}
