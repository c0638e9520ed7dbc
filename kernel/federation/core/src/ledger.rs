//! The ledger of what was disclosed: which fields of which person or cooperative went to whom, and under what.
//!
//! It keeps for each peer, version of an agreement and log only which entries were acknowledged. The rest is found again by asking
//! the gate's own decision about the entries that a home holds, so the ledger cannot say another thing than what was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use tiwizi_model::{RecordId, limits};

use crate::agreement::Scope;
use crate::gate::{GateError, Row, Verdict, judge};
use crate::page::Under;
use crate::wire::{Entity, Header, LogId, NodeId, Position};

/// To whom, under what, out of which log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// The receiver.
    pub peer: NodeId,
    /// The version of the agreement.
    pub under: Under,
    /// The log.
    pub log: LogId,
    /// Its epoch.
    pub epoch: u32,
}

/// What was acknowledged, by account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    accounts: BTreeMap<Account, Vec<Range<u64>>>,
}

/// What one entry told one peer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// The receiver.
    pub peer: NodeId,
    /// The version of the agreement.
    pub under: Under,
    /// The number of the entry in its log and epoch.
    pub seq: u64,
    /// Of which record.
    pub kind: String,
    /// Its id.
    pub id: RecordId,
    /// The committed names of the fields that were shown.
    pub fields: BTreeSet<String>,
}

impl Ledger {
    /// Notes that a peer has acknowledged these entries.
    pub fn acknowledge(&mut self, account: Account, entries: Range<u64>) {
        if entries.is_empty() {
            return;
        }
        let ranges = self.accounts.entry(account).or_default();
        ranges.push(entries);
        ranges.sort_by_key(|range| range.start);
        let mut joined: Vec<Range<u64>> = Vec::new();
        for range in ranges.drain(..) {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        if joined.len() > limits::FED_LEDGER_RANGES_MAX {
            join_nearest(&mut joined);
        }
        *ranges = joined;
    }

    /// Whether a peer has acknowledged an entry.
    #[must_use]
    pub fn holds(&self, account: &Account, seq: u64) -> bool {
        self.accounts.get(account).is_some_and(|ranges| ranges.iter().any(|range| range.contains(&seq)))
    }

    /// What it keeps, to be stored and told.
    pub fn accounts(&self) -> impl Iterator<Item = (&Account, &[Range<u64>])> {
        self.accounts.iter().map(|(account, ranges)| (account, ranges.as_slice()))
    }

    /// What these entries have told about a person or cooperative, to each peer that has acknowledged them. The scopes are those of
    /// the versions of agreements, with the classes of their time; an account whose scope is not there is named as an error is.
    ///
    /// # Errors
    /// When an entry does not read, or a scope is missing: an answer with a gap would be a wrong answer.
    pub fn told(
        &self,
        subject: RecordId,
        rows: &[Row<'_>],
        scopes: &BTreeMap<(Under, LogId), Scope>,
    ) -> Result<Vec<Told>, LedgerError> {
        let mut told = Vec::new();
        for row in rows {
            let header = Header::decode(&row.entry.header).map_err(GateError::Header).map_err(LedgerError::Entry)?;
            if !is_about(&header, subject) {
                continue;
            }
            let position = header.position();
            for account in self.accounts.keys().filter(|account| self.covers(account, &position)) {
                let scope = scopes.get(&(account.under, account.log.clone()));
                let scope = scope.ok_or_else(|| LedgerError::Scope { account: Box::new(account.clone()) })?;
                told.extend(one(&header, row, account, scope).map_err(LedgerError::Entry)?);
            }
        }
        told.sort();
        Ok(told)
    }

    fn covers(&self, account: &Account, position: &Position) -> bool {
        account.log == position.log && account.epoch == position.epoch && self.holds(account, position.seq)
    }
}

/// Why it cannot be said what was told.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// An entry does not read.
    #[error("an entry of this home cannot be looked at")]
    Entry(#[source] GateError),
    /// The version of an agreement is not known any more.
    #[error("what version {} of agreement {} gave is not known here", account.under.version, account.under.agreement)]
    Scope {
        /// The account.
        account: Box<Account>,
    },
}

fn one(header: &Header, row: &Row<'_>, account: &Account, scope: &Scope) -> Result<Option<Told>, GateError> {
    if judge(header, row, Some(scope), &account.peer)? != Verdict::Shown {
        return Ok(None);
    }
    let Entity { kind, id } = &header.entity;
    let mut fields = BTreeSet::new();
    for group in &row.entry.groups {
        let Some(shown) = scope.shown(kind, group.no) else { continue };
        fields.extend(group.fields.iter().filter_map(|field| shown.get(&field.no).cloned()));
    }
    let Account { peer, under, .. } = account;
    let kind = kind.to_string();
    Ok((!fields.is_empty()).then_some(Told { peer: *peer, under: *under, seq: header.seq, kind, id: *id, fields }))
}

fn is_about(header: &Header, subject: RecordId) -> bool {
    header.subject == Some(subject) || header.entity.id == subject
}

/// Joins the two ranges with the smallest gap: the ledger then says of some entries more that they went out than is sure, never less.
fn join_nearest(ranges: &mut Vec<Range<u64>>) {
    let gaps = ranges.iter().zip(ranges.iter().skip(1)).map(|(one, next)| next.start.saturating_sub(one.end));
    let Some((at, _)) = gaps.enumerate().min_by_key(|(_, gap)| *gap) else { return };
    let next = ranges.remove(at.saturating_add(1));
    if let Some(range) = ranges.get_mut(at) {
        range.end = next.end;
    }
}

#[cfg(test)]
mod tests;
