//! What holds of pages: I3, I5, I11, I16.

use std::collections::BTreeSet;

use tiwizi_federation_core::agreement::Document;
use tiwizi_federation_core::flow::StoreTx as _;
use tiwizi_federation_core::flow::node::{Ask, Served, Taken};
use tiwizi_federation_core::page::{Item, Page};
use tiwizi_federation_core::wire::{Disclosure, EntryKind, Header, LeafShown, decode_json, field_no};

use crate::clock::run;
use crate::schema::{self, PROVINCES};
use crate::world::{Held, World, broken};

use super::Before;

/// The numbers and values that a disclosure shows.
pub(super) fn shown(disclosure: &Disclosure) -> Vec<(u16, Vec<u8>)> {
    match disclosure {
        Disclosure::Whole { fields, .. } => fields.iter().map(|field| (field.no, field.value.clone())).collect(),
        Disclosure::Some { leaves, .. } => leaves
            .iter()
            .filter_map(|leaf| match leaf {
                LeafShown::Shown { field, value, .. } => Some((*field, value.clone())),
                LeafShown::Hidden(_) => None,
            })
            .collect(),
    }
}

/// The names that a document gives of a kind, and the provinces that it lets through.
pub(super) fn given(document: &Document, kind: &str) -> (BTreeSet<String>, Vec<&'static str>) {
    let grants = document.grants.values().next().unwrap();
    let terms = &grants[&schema::plane_of(kind)][&schema::kind(kind)];
    let names = terms.given().into_iter().map(str::to_owned).collect();
    let provinces = PROVINCES
        .into_iter()
        .filter(|province| {
            terms.rows.get("province").is_none_or(|rows| rows.iter().any(|row| row.json() == **province))
        })
        .collect();
    (names, provinces)
}

impl World {
    /// What left a home for somebody must be what was agreed with them, and nothing else.
    pub(crate) fn check_served(&self, home: usize, to: usize, ask: &Ask, served: &Served) -> Held {
        let (Served::Page(bytes), Some(id)) = (served, ask.feed.agreement) else { return Ok(()) };
        if self.checker.liar == Some(home) {
            return Ok(());
        }
        let page = Page::decode(bytes.as_bytes()).map_err(|error| broken("I5", format!("{error}")))?;
        let Some((document, _)) = self.document_of(home, id) else {
            return Err(broken("I5", format!("{home} gives {to} something that was not agreed on")));
        };
        if document.other(&self.nodes[home]) != Some(&self.nodes[to]) {
            return Err(broken("I5", format!("{home} gives {to} what was agreed with somebody else")));
        }
        for item in &page.items {
            if let Item::Shown { header, disclosures } = item {
                self.check_shown(&document, header, disclosures)?;
            }
        }
        Ok(())
    }

    fn check_shown(&self, document: &Document, header: &[u8], disclosures: &[Disclosure]) -> Held {
        let header = Header::decode(header).map_err(|error| broken("I5", format!("{error}")))?;
        let kind = header.entity.kind.as_str();
        let (names, provinces) = given(document, kind);
        let numbers: BTreeSet<u16> = names.iter().map(|name| field_no(&header.entity.kind, name)).collect();
        let fields: Vec<_> = disclosures.iter().flat_map(shown).collect();
        if let Some((number, _)) = fields.iter().find(|(number, _)| !numbers.contains(number)) {
            return Err(broken("I5", format!("field {number} of {} is shown and not given", header.entity)));
        }
        let province = field_no(&header.entity.kind, "province");
        let value = fields.iter().find(|(number, _)| *number == province);
        let value = value.and_then(|(_, value)| decode_json(value).ok());
        let through = value.is_some_and(|value| provinces.iter().any(|province| value == **province));
        if header.kind == EntryKind::Put && !through {
            return Err(broken("I5", format!("{} is of a province that is not given", header.entity)));
        }
        Ok(())
    }

    /// A page that was not taken leaves nothing behind.
    pub(crate) fn check_refused(&self, number: usize, before: &Before, stopped: bool) -> Held {
        let after = self.digest_before(number);
        if stopped || after == *before {
            return Ok(());
        }
        Err(broken("I16", format!("{number} keeps something of a page that it did not take: {before:?} {after:?}")))
    }

    /// A page that was taken leaves exactly a beginning of the log, and one that was known nothing at all.
    pub(crate) fn check_taken(&mut self, number: usize, before: &Before, taken: &Taken) -> Held {
        let Taken::Taken { feed, next_seq, counts } = taken else { return Ok(()) };
        let commits = self.digest_before(number).commits - before.commits;
        if commits == 0 {
            return Err(broken("I3", format!("{number} says that it took a page and kept nothing")));
        }
        if let Some(home) = self.number_of(&feed.log.node).filter(|_| self.is_honest(&feed.log.node)) {
            let cursor = run(self.tx(number).cursor(feed)).unwrap();
            let Some(cursor) = cursor.filter(|cursor| cursor.next_seq() == *next_seq) else {
                // The page itself may have changed what is taken: an agreement came with it.
                return self.check_instance(number);
            };
            let root = self.true_root(home, &feed.log.plane, cursor.next_seq());
            if root != Some(cursor.tree.root()) {
                return Err(broken("I3", format!("{number} took something that is not the log of {home}")));
            }
        }
        let line = format!("{number} takes {} of {:?} up to {next_seq}: {counts:?}", feed.log.plane, feed.agreement);
        self.note(|| line);
        self.check_instance(number)
    }
}
