//! What keeps local doors from writing what another home writes, or what is on its way to one.
//!
//! A record belongs to the home of its subject: nobody adds a member to a cooperative whose home is elsewhere. While a subject moves, nobody
//! writes its records at all, so that what was handed over is what there is: the fence is asked in the transaction of the write, and stands
//! where it stood until that ends. Kinds that never leave their instance are not asked about: an office's own notes on a cooperative stay
//! its own, wherever the cooperative is.

use std::collections::{BTreeSet, HashMap};

use tiwizi_model::RecordId;
use tiwizi_storage::federation::fence;
use tiwizi_storage::{WriteTx, record};

use crate::error::WriteError;
use crate::kind::Kind;
use crate::records::Records;

/// A record that a local door is about to write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Touched {
    /// The record.
    pub(crate) id: RecordId,
    /// To whom it belonged; none when it is new.
    pub(crate) before: Option<RecordId>,
    /// To whom it will belong.
    pub(crate) after: Option<RecordId>,
}

impl Touched {
    /// A record of a kind that leaves its instance; none of another kind.
    pub(crate) fn of(kind: &Kind, id: RecordId, [before, after]: [Option<RecordId>; 2]) -> Option<Self> {
        kind.declaration().federates().then_some(Self { id, before, after })
    }

    /// The subject to which it comes now.
    fn joined(&self) -> Option<RecordId> {
        self.after.filter(|after| *after != self.id && self.before != Some(*after))
    }
}

/// Refuses records that come to a subject of another home, and records whose subject is in transfer. Answers the terms of the subjects to
/// which records come: a new one is of the term that its subject is in.
pub(crate) async fn guard(
    records: &Records,
    tx: &mut WriteTx,
    touched: &[Touched],
) -> Result<HashMap<RecordId, i64>, WriteError> {
    // What is new and its own subject cannot be in transfer.
    let touching: BTreeSet<RecordId> = touched.iter().flat_map(|one| [one.before, one.joined()]).flatten().collect();
    let touching: Vec<RecordId> = touching.into_iter().collect();
    if !touching.is_empty() {
        check_fenced(touched, &fence::pass(tx, &touching).await?)?;
    }
    // Behind the fence, so that whose a subject is stays as it is read until the write ends.
    let joined: BTreeSet<RecordId> = touched.iter().filter_map(Touched::joined).collect();
    let joined: Vec<RecordId> = joined.into_iter().collect();
    let mut tenures = HashMap::with_capacity(joined.len());
    if !joined.is_empty() {
        for term in record::terms(tx, &joined).await? {
            if term.home != records.instance {
                return Err(WriteError::Elsewhere { id: term.id, home: term.home });
            }
            tenures.insert(term.id, term.tenure);
        }
    }
    Ok(tenures)
}

/// Refuses the first record that belongs, or would belong, to a subject in transfer.
fn check_fenced(touched: &[Touched], fenced: &BTreeSet<RecordId>) -> Result<(), WriteError> {
    let subject =
        |one: &Touched| [one.before, one.after].into_iter().flatten().find(|subject| fenced.contains(subject));
    match touched.iter().find_map(|one| Some((one.id, subject(one)?))) {
        Some((id, subject)) => Err(WriteError::InTransfer { id, subject }),
        None => Ok(()),
    }
}
