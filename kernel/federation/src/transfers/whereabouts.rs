//! Where a cooperative is: here, at another instance, or on the way. Told from rows alone, so that the public page of a cooperative needs no node.

use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::{InstanceId, Record};
use tiwizi_storage::federation::{custody, fence};
use tiwizi_storage::{Db, StorageError};

use crate::directory::Roll;

/// Where a cooperative is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whereabouts {
    /// The instance that writes it, when that is another one.
    pub home: Option<Elsewhere>,
    /// Whether it is in transfer: nobody writes it meanwhile.
    pub in_transfer: bool,
}

/// Another home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Who; none when the directory does not know it any more.
    pub node: Option<NodeId>,
    /// What it is called.
    pub name: Option<String>,
    /// Where it is reached, if it listens.
    pub url: Option<String>,
}

/// Where a cooperative, or whatever else moves as one, is. `here` is this instance.
///
/// # Errors
/// When the database fails.
pub async fn whereabouts(db: &Db, roll: &Roll, here: InstanceId, record: &Record) -> Result<Whereabouts, StorageError> {
    let root = record.subject.unwrap_or(record.id);
    let mut tx = db.read().await?;
    let is_fenced = !fence::standing(&mut tx, &[root]).await?.is_empty();
    let is_offered = custody::find(&mut tx, root).await?.is_some_and(|custody| custody.moving);
    let home = (record.home != here).then(|| {
        let node = roll.node_of(&record.home);
        let member = node.as_ref().and_then(|node| roll.member(node));
        Elsewhere {
            node,
            name: member.map(|member| member.name.clone()),
            url: member.and_then(|member| member.url.clone()),
        }
    });
    Ok(Whereabouts { home, in_transfer: is_fenced || is_offered })
}
