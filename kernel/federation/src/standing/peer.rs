//! A peer with its line, what it was given and what was taken of it.

use std::collections::BTreeMap;

use tiwizi_federation_core::agreement::{AgreementId, State};
use tiwizi_federation_core::wire::{Hash, NodeId};
use tiwizi_identity::policy::{FederationDecision, FederationView};
use tiwizi_model::Instant;
use tiwizi_storage::federation::peer::{self as rows, PeerRow, Switch};
use tiwizi_storage::federation::{AgreementNo, LogNo, acknowledgement, agreement, cursor, log, parked};
use tiwizi_storage::{Db, StorageError, Tx};

use super::next::NextStep;
use crate::agreements::{Agreement, Version};
use crate::directory::PeerState;
use crate::peers::{self, PeerError};

/// The word for a peer that takes a snapshot, as the node writes it into acknowledgements.
const NEEDS_SNAPSHOT: &str = "needs-snapshot";
/// How reasons begin for entries that are of a form or schema that is not known here.
const NOT_UNDERSTOOD: &str = "unknown";

/// What a peer has of one log of this instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The plane.
    pub plane: String,
    /// By which agreement; none for what members always tell each other.
    pub agreement: Option<AgreementId>,
    /// Entries that it has not acknowledged.
    pub behind: u64,
    /// Whether it is so far behind that it takes a snapshot first.
    pub needs_snapshot: bool,
    /// When it last acknowledged.
    pub at: Option<Instant>,
}

/// What was taken of one log of a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The plane.
    pub plane: String,
    /// By which agreement; none for what members always tell each other.
    pub agreement: Option<AgreementId>,
    /// Entries that were taken.
    pub entries: u64,
    /// Entries that are known to be there and were not taken.
    pub behind: u64,
    /// When all of it was here last.
    pub reached_at: Option<Instant>,
    /// Entries that wait here.
    pub parked: u64,
    /// Those among them that this version does not understand.
    pub parked_not_understood: u64,
    /// Whether nothing more is taken, because the log has two histories.
    pub is_stopped: bool,
}

/// A peer, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Who it is.
    pub node: NodeId,
    /// Its row.
    pub row: PeerRow,
    /// Whether the directory in force names it and does not suspend it.
    pub is_member: bool,
    /// What it was given.
    pub given: Vec<Given>,
    /// What was taken of it.
    pub taken: Vec<Taken>,
    /// Whether an agreement with it is in force.
    pub has_agreement: bool,
    /// Whether an agreement that it offered waits for a signature here.
    pub waits_for_us: bool,
    /// Whether an agreement that was offered here waits for it.
    pub waits_for_them: bool,
    /// What to do next.
    pub next: NextStep,
}

impl Standing {
    /// Entries that it has not acknowledged, in all logs.
    #[must_use]
    pub fn behind_there(&self) -> u64 {
        self.given.iter().fold(0, |sum, given| sum.saturating_add(given.behind))
    }

    /// Entries of it that are not here yet, as far as is known.
    #[must_use]
    pub fn behind_here(&self) -> u64 {
        self.taken.iter().fold(0, |sum, taken| sum.saturating_add(taken.behind))
    }

    /// Entries of it that wait here.
    #[must_use]
    pub fn parked(&self) -> u64 {
        self.taken.iter().fold(0, |sum, taken| sum.saturating_add(taken.parked))
    }

    /// Whether anything was taken of it beside what members always tell each other.
    #[must_use]
    pub fn gives(&self) -> bool {
        self.taken.iter().any(|taken| taken.agreement.is_some())
    }

    /// As of when everything that it gives is here: the oldest of its logs counts.
    #[must_use]
    pub fn as_of(&self) -> Option<Instant> {
        let agreed = self.taken.iter().filter(|taken| taken.agreement.is_some());
        agreed.map(|taken| taken.reached_at).min().flatten()
    }
}

/// What the tables say of all logs.
struct Tables {
    /// Of an own log the epoch that goes on: what a peer has of one before says nothing any more.
    logs: BTreeMap<LogNo, log::LogRow>,
    agreements: BTreeMap<AgreementNo, AgreementId>,
    cursors: Vec<cursor::CursorRow>,
    acknowledged: Vec<acknowledgement::AcknowledgementRow>,
    parked: Vec<(LogNo, String, u64)>,
}

/// Every peer, those that need somebody first, then by name.
///
/// # Errors
/// When the database fails.
pub async fn all(
    db: &Db,
    _: &FederationView,
    me: NodeId,
    agreements: &[Agreement],
) -> Result<Vec<Standing>, StorageError> {
    let mut tx = db.read().await?;
    let tables = Tables::read(&mut tx, me).await?;
    let peers = rows::all(&mut tx).await?;
    let mut found: Vec<Standing> = peers.into_iter().map(|row| standing(row, me, &tables, agreements)).collect();
    found.sort_by_cached_key(|one| (!one.next.is_for_people(), one.row.name.clone(), one.node));
    Ok(found)
}

/// One peer.
///
/// # Errors
/// When the database fails.
pub async fn find(
    db: &Db,
    _: &FederationView,
    (me, node): (NodeId, NodeId),
    agreements: &[Agreement],
) -> Result<Option<Standing>, StorageError> {
    let mut tx = db.read().await?;
    let Some(row) = rows::find(&mut tx, &node.0.0).await? else { return Ok(None) };
    let tables = Tables::read(&mut tx, me).await?;
    Ok(Some(standing(row, me, &tables, agreements)))
}

/// Turns a switch of a peer, for people.
///
/// # Errors
/// When there is no such peer, or the database fails.
pub async fn turn(
    db: &Db,
    decision: &FederationDecision,
    node: NodeId,
    (switch, now): (Switch, Instant),
) -> Result<(), PeerError> {
    peers::turn(db, &node, switch, now).await?;
    if matches!(switch, Switch::Resume | Switch::Mend) {
        // Whoever mends a line wants to see it work.
        peers::hasten(db, &[node], now).await?;
    }
    let account = decision.author().account.map_or_else(|| "the instance".to_owned(), |account| account.to_string());
    tracing::info!(peer.id = %node, peer.switch = ?switch, account, "a switch of a peer was turned");
    Ok(())
}

impl Tables {
    async fn read(tx: &mut Tx, me: NodeId) -> Result<Self, StorageError> {
        let logs = going_on(log::all(tx).await?, me);
        let rows = agreement::all(tx).await?;
        let agreements = rows.into_iter().filter_map(|row| Some((row.no, row.id.parse().ok()?))).collect();
        let mut acknowledged = Vec::new();
        for own in logs.values().filter(|log| log.node == me.0.0) {
            acknowledged.extend(acknowledgement::of_log(tx, own.no).await?);
        }
        Ok(Self { agreements, cursors: cursor::all(tx).await?, parked: parked::counts(tx).await?, acknowledged, logs })
    }

    /// The agreement of a row; none when it is over, for then nothing more goes or comes and nobody is behind.
    fn standing_of(&self, no: AgreementNo, agreements: &[Agreement]) -> Option<Option<AgreementId>> {
        let id = self.agreements.get(&no).copied();
        let found = agreements.iter().find(|agreement| Some(agreement.id) == id);
        let is_over = found.and_then(|agreement| agreement.current.as_ref()).is_some_and(Version::is_over);
        (!is_over).then_some(id)
    }

    /// What a peer was given: what it acknowledged, and what it would be given and never asked for.
    fn given(&self, me: NodeId, node: NodeId, agreements: &[Agreement]) -> Vec<Given> {
        let mut found: Vec<Given> = self
            .acknowledged
            .iter()
            .filter(|row| row.node == node.0.0)
            .filter_map(|row| {
                let log = self.logs.get(&row.log)?;
                Some(Given {
                    plane: log.plane.clone(),
                    agreement: self.standing_of(row.agreement, agreements)?,
                    behind: log.size.saturating_sub(row.next_seq),
                    needs_snapshot: row.state == NEEDS_SNAPSHOT,
                    at: Some(row.at),
                })
            })
            .collect();
        for agreement in agreements.iter().filter(|agreement| agreement.other.node == node) {
            let Some(current) = agreement.current.as_ref().filter(|version| version.state == State::Active) else {
                continue;
            };
            for plane in current.document.grants.get(&me).into_iter().flat_map(|planes| planes.keys()) {
                let is_known =
                    found.iter().any(|given| given.plane == plane.as_str() && given.agreement == Some(agreement.id));
                if is_known {
                    continue;
                }
                let log = self.logs.values().find(|log| log.node == me.0.0 && log.plane == plane.as_str());
                let behind = log.map_or(0, |log| log.size);
                let (plane, agreement) = (plane.as_str().to_owned(), Some(agreement.id));
                found.push(Given { plane, agreement, behind, needs_snapshot: false, at: None });
            }
        }
        found
    }

    /// What was taken of a peer.
    fn taken(&self, node: NodeId, agreements: &[Agreement]) -> Vec<Taken> {
        let of_peer = self.cursors.iter().filter_map(|cursor| {
            let log = self.logs.get(&cursor.log).filter(|log| log.node == node.0.0)?;
            let parked = self.parked.iter().filter(|(found, ..)| *found == log.no);
            let count = |sum: u64, (_, _, count): &(LogNo, String, u64)| sum.saturating_add(*count);
            Some(Taken {
                plane: log.plane.clone(),
                agreement: self.standing_of(cursor.agreement, agreements)?,
                entries: cursor.next_seq,
                behind: log.size.saturating_sub(cursor.next_seq),
                reached_at: cursor.reached_at,
                parked: parked.clone().fold(0, count),
                parked_not_understood: parked
                    .filter(|(_, reason, _)| reason.starts_with(NOT_UNDERSTOOD))
                    .fold(0, count),
                is_stopped: log.stopped.is_some(),
            })
        });
        of_peer.collect()
    }
}

/// All logs of others, and the newest epoch of each own one.
fn going_on(rows: Vec<log::LogRow>, me: NodeId) -> BTreeMap<LogNo, log::LogRow> {
    let mut newest: BTreeMap<String, u32> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.node == me.0.0) {
        let epoch = newest.entry(row.plane.clone()).or_default();
        *epoch = row.epoch.max(*epoch);
    }
    let goes_on = |row: &log::LogRow| row.node != me.0.0 || newest.get(&row.plane) == Some(&row.epoch);
    rows.into_iter().filter(goes_on).map(|row| (row.no, row)).collect()
}

fn standing(row: PeerRow, me: NodeId, tables: &Tables, agreements: &[Agreement]) -> Standing {
    let node = NodeId(Hash(row.node));
    let with = || agreements.iter().filter(|agreement| agreement.other.node == node);
    let is_active = |agreement: &Agreement| {
        agreement.current.as_ref().is_some_and(|version| matches!(version.state, State::Active | State::Suspended))
    };
    let mut standing = Standing {
        node,
        is_member: PeerState::read(&row.state) == PeerState::Member,
        given: tables.given(me, node, agreements),
        taken: tables.taken(node, agreements),
        has_agreement: with().any(is_active),
        waits_for_us: with().any(Agreement::waits_for_us),
        waits_for_them: with().any(Agreement::waits_for_them),
        row,
        next: NextStep::Nothing,
    };
    standing.next = NextStep::of(&standing);
    standing
}
