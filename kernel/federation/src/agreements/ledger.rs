//! The ledger: what went to whom, and what of somebody went to whom.
//!
//! The database keeps spans of entries; which fields those showed is found again by the gate's own decision, by the text of the version
//! under which they went. Where that cannot be said, nothing is said: a gap would be a wrong answer to somebody who asks for their data.

use std::collections::{BTreeMap, BTreeSet};

use tiwizi_federation_core::agreement::{AgreementId, Document, PAYLOAD_TYPE, Scope};
use tiwizi_federation_core::flow::{Store, StoreTx};
use tiwizi_federation_core::gate::{Before, Row};
use tiwizi_federation_core::ledger::{Account, Ledger, Told};
use tiwizi_federation_core::page::Under;
use tiwizi_federation_core::wire::{Entry, Envelope, Hash, Header, LogId, NodeId, Plane};
use tiwizi_identity::policy::FederationView;
use tiwizi_model::limits::{FED_LEDGER_SHOWN_MAX, FED_TOLD_ROWS_MAX};
use tiwizi_model::{Instant, RecordId};
use tiwizi_storage::federation::{AgreementNo, LogNo, agreement, ledger, log, peer};
use tiwizi_storage::{ReadTx, StorageError};

use super::door::Agreements;
use super::error::AgreementsError as E;

/// What one version of an agreement told one peer of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosed {
    /// To whom.
    pub to: NodeId,
    /// What they are called.
    pub name: String,
    /// By which agreement.
    pub agreement: AgreementId,
    /// By which version of it.
    pub version: u32,
    /// What for.
    pub purpose: String,
    /// By which law or decision.
    pub legal_basis: String,
    /// For how many days the receiver may keep it.
    pub retention_days: u32,
    /// The fields, by kind.
    pub fields: BTreeMap<String, BTreeSet<String>>,
}

/// What was told of somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disclosures {
    /// To whom.
    pub items: Vec<Disclosed>,
    /// Whether these are all.
    pub is_whole: bool,
}

/// A span of entries that went to a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// By which agreement; none for what members of the federation always tell each other.
    pub agreement: Option<AgreementId>,
    /// By which version of it.
    pub version: u64,
    /// The plane of the log.
    pub plane: String,
    /// The first entry.
    pub from_seq: u64,
    /// The first entry behind the span.
    pub up_to_seq: u64,
    /// When the last of them went.
    pub at: Instant,
}

/// The entry before one that is about the same entity: its place, and the entry if it is kept.
type Earlier = Option<(u64, Option<Entry>)>;

/// What is read of the database for one answer.
#[derive(Default)]
struct Gathered {
    ledger: Ledger,
    scopes: BTreeMap<(Under, LogId), Scope>,
    documents: BTreeMap<Under, Document>,
    names: BTreeMap<NodeId, String>,
    /// The entries about the subject, by plane, epoch and number.
    places: BTreeSet<(Plane, u32, u64)>,
    is_whole: bool,
}

impl<S: Store> Agreements<S> {
    /// What went to a peer, span by span.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn spans(&self, _: &FederationView, node: &NodeId) -> Result<Vec<Span>, E> {
        let mut tx = self.records.db().read().await?;
        let mut spans = Vec::new();
        for row in ledger::of_peer(&mut tx, &node.0.0, FED_LEDGER_SHOWN_MAX).await? {
            let Some(log) = log::find(&mut tx, row.log).await? else { continue };
            let agreement = match agreement::find(&mut tx, row.agreement).await? {
                Some(found) => found.id.parse().ok(),
                None => None,
            };
            let (version, from_seq, up_to_seq, at) = (row.version, row.from_seq, row.up_to_seq, row.at);
            spans.push(Span { agreement, version, plane: log.plane, from_seq, up_to_seq, at });
        }
        Ok(spans)
    }

    /// What was told of a person or cooperative, by the records that are about it.
    ///
    /// Whoever asks has a right to it of another kind: it is the person's own, or the office answers a request for access.
    ///
    /// # Errors
    /// When it cannot be said with certainty; when the database fails.
    pub async fn disclosed(&self, subjects: &BTreeSet<RecordId>) -> Result<Disclosures, E> {
        let mut found = Disclosures { items: Vec::new(), is_whole: true };
        let mut by_version: BTreeMap<(NodeId, Under), BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        let mut gathered = Gathered { is_whole: true, ..Gathered::default() };
        for subject in subjects {
            gathered.places.clear();
            self.gather(*subject, &mut gathered).await?;
            for told in self.told(*subject, &mut gathered).await? {
                let fields = by_version.entry((told.peer, told.under)).or_default();
                fields.entry(told.kind).or_default().extend(told.fields);
            }
        }
        found.is_whole = gathered.is_whole;
        for ((to, under), fields) in by_version {
            let Some(document) = gathered.documents.get(&under) else { continue };
            found.items.push(Disclosed {
                to,
                name: gathered.names.get(&to).cloned().unwrap_or_default(),
                agreement: under.agreement,
                version: under.version,
                purpose: document.purpose.clone(),
                legal_basis: document.legal_basis.clone(),
                retention_days: document.retention_days,
                fields,
            });
        }
        Ok(found)
    }

    /// Which entries about a subject went to whom, and by which text.
    async fn gather(&self, subject: RecordId, gathered: &mut Gathered) -> Result<(), E> {
        let mut tx = self.records.db().read().await?;
        let rows = ledger::told_of(&mut tx, subject, FED_TOLD_ROWS_MAX).await?;
        gathered.is_whole &= u32::try_from(rows.len()).is_ok_and(|count| count < FED_TOLD_ROWS_MAX);
        let mut unders: BTreeMap<(AgreementNo, u64), Under> = BTreeMap::new();
        let mut logs: BTreeMap<LogNo, Option<(LogId, u32)>> = BTreeMap::new();
        for row in rows {
            // What travels without an agreement holds no records.
            if row.agreement == AgreementNo::NONE {
                continue;
            }
            let named = match logs.get(&row.place.log) {
                Some(known) => known.clone(),
                None => {
                    let named = self.log_of(&mut tx, row.place.log).await?;
                    logs.insert(row.place.log, named.clone());
                    named
                }
            };
            // Entries of other homes were told by them.
            let Some((id, epoch)) = named else { continue };
            let key = (row.agreement, row.version);
            let under = match unders.get(&key) {
                Some(under) => *under,
                None => {
                    let document = read(&mut tx, row.agreement, row.version).await?;
                    let under = Under { agreement: document.id, version: document.version };
                    gathered.documents.insert(under, document);
                    unders.insert(key, under);
                    under
                }
            };
            let damaged = || E::Damaged { version: row.version };
            let document = gathered.documents.get(&under).ok_or_else(damaged)?;
            if let Some(scope) = document.scope(&self.me(), &id.plane, self.kinds()) {
                gathered.scopes.insert((under, id.clone()), scope);
            }
            let receiver = NodeId(Hash(row.node));
            if !gathered.names.contains_key(&receiver)
                && let Some(peer) = peer::find(&mut tx, &row.node).await?
            {
                gathered.names.insert(receiver, peer.name);
            }
            gathered.places.insert((id.plane.clone(), epoch, row.place.seq));
            let account = Account { peer: receiver, under, log: id, epoch };
            gathered.ledger.acknowledge(account, row.place.seq..row.place.seq.saturating_add(1));
        }
        Ok(())
    }

    /// A log of this home.
    async fn log_of(&self, tx: &mut ReadTx, no: LogNo) -> Result<Option<(LogId, u32)>, E> {
        let row = log::find(tx, no).await?.filter(|row| NodeId(Hash(row.node)) == self.me());
        let Some(row) = row else { return Ok(None) };
        let plane = row.plane.parse().map_err(|_| StorageError::Corrupt { what: "the plane of a log".to_owned() })?;
        Ok(Some((LogId { node: self.me(), plane }, row.epoch)))
    }

    /// What the entries that are kept told. Of one that was let go, or that stands in an epoch before this one, nobody can say it any more:
    /// then these are not all.
    async fn told(&self, subject: RecordId, gathered: &mut Gathered) -> Result<Vec<Told>, E> {
        let mut tx = self.node.store().begin().await?;
        let mut entries: Vec<(Entry, Earlier)> = Vec::new();
        for (plane, epoch, seq) in &gathered.places {
            let Some(entry) = tx.entry(plane, *seq).await? else {
                gathered.is_whole = false;
                continue;
            };
            let header = Header::decode(&entry.header)?;
            if header.epoch != *epoch {
                gathered.is_whole = false;
                continue;
            }
            let before = tx.entry_before(plane, &header.entity, *seq).await?;
            entries.push((entry, before));
        }
        let rows: Vec<Row<'_>> = entries
            .iter()
            .map(|(entry, before)| Row {
                entry,
                before: match before {
                    None => Before::First,
                    Some((_, Some(entry))) => Before::Entry(entry),
                    Some((_, None)) => Before::Unknown,
                },
            })
            .collect();
        Ok(gathered.ledger.told(subject, &rows, &gathered.scopes)?)
    }
}

/// The text of a version, as it was signed.
async fn read(tx: &mut ReadTx, no: AgreementNo, version: u64) -> Result<Document, E> {
    let damaged = || E::Damaged { version };
    let row = agreement::version(tx, no, version).await?.ok_or_else(damaged)?;
    let envelope = Envelope::decode(&row.envelope).map_err(|_| damaged())?;
    let bytes = envelope.unverified(PAYLOAD_TYPE).map_err(|_| damaged())?;
    Document::parse(bytes).map_err(|_| damaged())
}

#[cfg(test)]
mod tests;
