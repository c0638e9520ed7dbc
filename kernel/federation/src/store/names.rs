//! The numbers that stand for names in rows: kinds, logs, agreements. They are read once in a transaction, and given where one is missing.

use std::collections::BTreeMap;

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::wire::{Entity, Hash, LogId, NodeId, Position};
use tiwizi_model::KindName;
use tiwizi_storage::federation::log::LogName;
use tiwizi_storage::federation::{AgreementNo, LogNo, Place, agreement, log};
use tiwizi_storage::{KindNo, StorageError, WriteTx, kind};

/// Names with their numbers, both ways.
struct Both<N, K> {
    numbers: BTreeMap<N, K>,
    names: BTreeMap<K, N>,
}

impl<N: Ord + Clone, K: Ord + Copy> Both<N, K> {
    fn new() -> Self {
        Self { numbers: BTreeMap::new(), names: BTreeMap::new() }
    }

    fn add(&mut self, name: N, number: K) {
        self.names.insert(number, name.clone());
        self.numbers.insert(name, number);
    }
}

/// A generation of a log.
type Epoch = (LogId, u32);

/// The names of one transaction.
#[derive(Default)]
pub(super) struct Names {
    kinds: Option<Both<KindName, KindNo>>,
    logs: Option<Both<Epoch, LogNo>>,
    agreements: Option<Both<AgreementId, AgreementNo>>,
}

fn corrupt(what: String) -> StorageError {
    StorageError::Corrupt { what }
}

impl Names {
    async fn kinds(&mut self, tx: &mut WriteTx) -> Result<&mut Both<KindName, KindNo>, StorageError> {
        if self.kinds.is_none() {
            let mut both = Both::new();
            for row in kind::all(tx).await? {
                both.add(row.name, row.no);
            }
            self.kinds = Some(both);
        }
        Ok(self.kinds.get_or_insert_with(Both::new))
    }

    /// The number of a kind, if it has one.
    pub(super) async fn known_kind(
        &mut self,
        tx: &mut WriteTx,
        name: &KindName,
    ) -> Result<Option<KindNo>, StorageError> {
        Ok(self.kinds(tx).await?.numbers.get(name).copied())
    }

    /// The number of a kind; it gets one if it has none.
    pub(super) async fn kind_no(&mut self, tx: &mut WriteTx, name: &KindName) -> Result<KindNo, StorageError> {
        if let Some(number) = self.known_kind(tx, name).await? {
            return Ok(number);
        }
        let number = kind::register(tx, name).await?;
        self.kinds(tx).await?.add(name.clone(), number);
        Ok(number)
    }

    /// The name of a kind.
    pub(super) async fn kind_name(&mut self, tx: &mut WriteTx, number: KindNo) -> Result<KindName, StorageError> {
        let name = self.kinds(tx).await?.names.get(&number).cloned();
        name.ok_or_else(|| corrupt(format!("there is no kind {}", number.0)))
    }

    /// The kinds from one on, in the order of their names, each with the entity of it behind which to begin.
    pub(super) async fn kinds_after(
        &mut self,
        tx: &mut WriteTx,
        after: Option<&Entity>,
    ) -> Result<Vec<(KindName, KindNo)>, StorageError> {
        let all = self.kinds(tx).await?.numbers.iter();
        let from = all.filter(|(name, _)| after.is_none_or(|after| **name >= after.kind));
        Ok(from.map(|(name, number)| (name.clone(), *number)).collect())
    }

    async fn logs(&mut self, tx: &mut WriteTx) -> Result<&mut Both<Epoch, LogNo>, StorageError> {
        if self.logs.is_none() {
            let mut both = Both::new();
            for row in log::all(tx).await? {
                let plane = row.plane.parse().map_err(|_| corrupt(format!("{:?} is no plane", row.plane)))?;
                both.add((LogId { node: NodeId(Hash(row.node)), plane }, row.epoch), row.no);
            }
            self.logs = Some(both);
        }
        Ok(self.logs.get_or_insert_with(Both::new))
    }

    /// The number of a generation of a log; it gets one if it has none.
    pub(super) async fn log_no(&mut self, tx: &mut WriteTx, id: &LogId, epoch: u32) -> Result<LogNo, StorageError> {
        let name = (id.clone(), epoch);
        if let Some(number) = self.logs(tx).await?.numbers.get(&name).copied() {
            return Ok(number);
        }
        let number = log::number(tx, LogName { node: &id.node.0.0, plane: id.plane.as_str(), epoch }).await?;
        self.logs(tx).await?.add(name, number);
        Ok(number)
    }

    /// The generations of a log that are known, the latest first.
    pub(super) async fn epochs(&mut self, tx: &mut WriteTx, id: &LogId) -> Result<Vec<(u32, LogNo)>, StorageError> {
        let first = (id.clone(), 0);
        let known = self.logs(tx).await?.numbers.range(first..).take_while(|((of, _), _)| of == id);
        let mut epochs: Vec<(u32, LogNo)> = known.map(|((_, epoch), number)| (*epoch, *number)).collect();
        epochs.reverse();
        Ok(epochs)
    }

    /// The latest generation of a log.
    pub(super) async fn latest(&mut self, tx: &mut WriteTx, id: &LogId) -> Result<Option<(u32, LogNo)>, StorageError> {
        Ok(self.epochs(tx, id).await?.first().copied())
    }

    /// The latest generation of a log; it begins with the first.
    pub(super) async fn latest_or_first(&mut self, tx: &mut WriteTx, id: &LogId) -> Result<LogNo, StorageError> {
        match self.latest(tx, id).await? {
            Some((_, number)) => Ok(number),
            None => self.log_no(tx, id, 0).await,
        }
    }

    /// Every log, in the order of names.
    pub(super) async fn all_logs(&mut self, tx: &mut WriteTx) -> Result<Vec<(LogId, u32, LogNo)>, StorageError> {
        let all = self.logs(tx).await?.numbers.iter();
        Ok(all.map(|((id, epoch), number)| (id.clone(), *epoch, *number)).collect())
    }

    /// Which log a number stands for.
    pub(super) async fn log_of(&mut self, tx: &mut WriteTx, number: LogNo) -> Result<Epoch, StorageError> {
        let name = self.logs(tx).await?.names.get(&number).cloned();
        name.ok_or_else(|| corrupt(format!("there is no log {}", number.0)))
    }

    /// A position as rows have it.
    pub(super) async fn place(&mut self, tx: &mut WriteTx, at: &Position) -> Result<Place, StorageError> {
        Ok(Place { log: self.log_no(tx, &at.log, at.epoch).await?, seq: at.seq })
    }

    /// A position out of a row.
    pub(super) async fn position(&mut self, tx: &mut WriteTx, place: Place) -> Result<Position, StorageError> {
        let (log, epoch) = self.log_of(tx, place.log).await?;
        Ok(Position { log, epoch, seq: place.seq })
    }

    async fn agreements(&mut self, tx: &mut WriteTx) -> Result<&mut Both<AgreementId, AgreementNo>, StorageError> {
        if self.agreements.is_none() {
            let mut both = Both::new();
            for (number, id) in agreement::numbers(tx).await? {
                both.add(id.parse().map_err(|_| corrupt(format!("{id:?} is no agreement")))?, number);
            }
            self.agreements = Some(both);
        }
        Ok(self.agreements.get_or_insert_with(Both::new))
    }

    /// The number of an agreement, or of none; nothing when it is not known.
    pub(super) async fn agreement_no(
        &mut self,
        tx: &mut WriteTx,
        id: Option<AgreementId>,
    ) -> Result<Option<AgreementNo>, StorageError> {
        match id {
            None => Ok(Some(AgreementNo::NONE)),
            Some(id) => Ok(self.agreements(tx).await?.numbers.get(&id).copied()),
        }
    }

    /// Which agreement a number stands for; none for what travels without one.
    pub(super) async fn agreement_of(
        &mut self,
        tx: &mut WriteTx,
        number: AgreementNo,
    ) -> Result<Option<AgreementId>, StorageError> {
        if number == AgreementNo::NONE {
            return Ok(None);
        }
        let id = self.agreements(tx).await?.names.get(&number).copied();
        id.map(Some).ok_or_else(|| corrupt(format!("there is no agreement {}", number.0)))
    }

    /// An agreement was kept under a number.
    pub(super) async fn add_agreement(
        &mut self,
        tx: &mut WriteTx,
        id: AgreementId,
        number: AgreementNo,
    ) -> Result<(), StorageError> {
        self.agreements(tx).await?.add(id, number);
        Ok(())
    }
}
