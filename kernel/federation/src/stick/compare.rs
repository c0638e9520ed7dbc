//! Whether a file is newer than what is here. It follows from the places of logs that it names, and from no clock.

use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::flow::node::{Acknowledged, Ask, AskRefusal};
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::greeting::{Offered, Wanted};
use tiwizi_federation_core::stick::Cover;
use tiwizi_federation_core::wire::{LogId, NodeId, Plane};

use crate::exchange::Ends;

use super::StickError;

/// What a file is to what is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// There is something new in it.
    Newer,
    /// It says what is known.
    Same,
    /// More is known here, and nothing in it is new.
    Older,
}

/// A log of the writer, as the file says it ends and as far as it was taken here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// What it holds.
    pub plane: Plane,
    /// By which agreement.
    pub agreement: Option<AgreementId>,
    /// The entries that there were when the file was begun.
    pub size: u64,
    /// What is wanted next of it here; none when it is not taken here under that version of the agreement.
    pub next: Option<u64>,
}

/// What was found newer and older.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    is_newer: bool,
    is_older: bool,
    /// The file holds a log that is not taken here: under an agreement that is not in force, or with two histories.
    is_elsewhere: bool,
}

/// Holds a cover to what is here: the age of its file, and each log of the writer.
pub(super) async fn compare<S: Store>(
    ends: &Ends<S>,
    from: &NodeId,
    cover: &Cover,
) -> Result<(Age, Vec<Here>), StickError> {
    let known = ends.known();
    let mut found = Found::default();
    found.is_newer |= cover.hello.directory > known.directory.as_ref().map_or(0, |(version, _)| *version);
    let rotations = known.ring().every(from).count().saturating_sub(1);
    found.is_newer |= cover.hello.rotations.len() > rotations;
    let wanted = known.node.wanted().await?;
    let mut logs = Vec::with_capacity(cover.hello.logs.len());
    for Offered { plane, agreement, version, epoch, size } in &cover.hello.logs {
        let feed = Feed { log: LogId { node: *from, plane: plane.clone() }, agreement: *agreement };
        let here = wanted.get(&feed);
        if let Some((known_version, known_epoch, next)) = here
            && known_epoch == epoch
        {
            found.is_newer |= version > known_version || (version == known_version && size > next);
            found.is_older |= version < known_version || (version == known_version && size < next);
        }
        found.is_elsewhere |= here.is_none() && *size > 0;
        let next = here.filter(|(of, generation, _)| (of, generation) == (version, epoch)).map(|(.., next)| *next);
        logs.push(Here { plane: plane.clone(), agreement: *agreement, size: *size, next });
    }
    for wanted in cover.hello.wanted.iter().filter(|wanted| wanted.log.node == known.me()) {
        match known.node.weigh(from, &said(wanted)).await? {
            // That the writer has more than was ever written here is the news that nobody may miss.
            Acknowledged::Further { .. } | Acknowledged::Refused(AskRefusal::Ahead { .. }) => found.is_newer = true,
            Acknowledged::Older { .. } => found.is_older = true,
            Acknowledged::Known | Acknowledged::Refused(_) => {}
        }
    }
    let age = match found {
        Found { is_newer: true, .. } => Age::Newer,
        Found { is_older: true, .. } => Age::Older,
        // It is taken, so that each log by itself says why not.
        Found { is_elsewhere: true, .. } => Age::Newer,
        Found { .. } => Age::Same,
    };
    Ok((age, logs))
}

/// What a peer says that it wants, as a question for it.
pub(super) fn said(wanted: &Wanted) -> Ask {
    let Wanted { log, agreement, version, epoch, next } = wanted.clone();
    Ask { feed: Feed { log, agreement }, version, epoch, from: next, bytes_max: 0 }
}
