//! The desk of whoever keeps the root key: who belongs to the federation, signed into the next version of the directory.
//!
//! The root key is handed in and not kept. A request is taken only with the fingerprint that people have compared, whoever brought the
//! file.

use std::collections::BTreeSet;

use tiwizi_federation_core::wire::{Directory, Enrolment, EnrolmentError, Envelope, Member, NodeId, Role, SigningKey};
use tiwizi_model::{InstanceId, Instant, ProvinceCode, limits};
use tiwizi_storage::{Db, StorageError, WriteTx, instance_value};

use super::roll::{Here, Roll};
use super::take::{CLAIM, TakeError, Taken, judged, take_in};

/// The root key, over the directory of one instance.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The database whose directory goes on: that of the nation.
    pub db: &'a Db,
    /// This instance.
    pub here: Here,
    /// The root key.
    pub root: &'a SigningKey,
    /// The version that others have seen, when this database was put back from an older copy; the next one is above it.
    pub above: Option<u64>,
    /// The time.
    pub now: Instant,
}

/// What was decided about a request.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The fingerprint as the other side read it aloud.
    pub fingerprint: String,
    /// What the instance is, when that is not what it asked for.
    pub role: Option<Role>,
    /// The provinces that it keeps, when they are not those that it asked for.
    pub provinces: Option<BTreeSet<ProvinceCode>>,
}

/// A directory that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// Its version.
    pub version: u64,
    /// The entry that was written.
    pub member: Member,
}

/// Why no directory was signed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The request is not what it should be.
    #[error("the request is not taken")]
    Request(#[from] EnrolmentError),
    /// The fingerprint is another one.
    #[error(
        "the fingerprint of the request is {found}; that is not what was compared. Whose file is it? Do not enrol it"
    )]
    Fingerprint {
        /// That of the request.
        found: String,
    },
    /// The key is not that of the root that this instance believes.
    #[error("that is not the key of the root which this instance believes (federation_root in its settings)")]
    Root,
    /// Another member is the home of these records.
    #[error("{name} ({node}) is the home of the records of {instance}; if it lost its keys, suspend it first")]
    Home {
        /// What it is called.
        name: String,
        /// Who it is.
        node: NodeId,
        /// Of whose records.
        instance: InstanceId,
    },
    /// There is a nation.
    #[error("{name} ({node}) is the nation already; there is one")]
    Nation {
        /// What it is called.
        name: String,
        /// Who it is.
        node: NodeId,
    },
    /// The request knows less of the keys than the directory, or says something else.
    #[error("the keys of the request do not follow those that the directory has of {node}; ask for a new request")]
    Behind {
        /// Whose keys.
        node: NodeId,
    },
    /// Nobody of that name.
    #[error("the directory knows no {node}")]
    Stranger {
        /// Who was named.
        node: NodeId,
    },
    /// The directory that is there is not believed.
    #[error("the directory that is stored cannot be read with this root; take the right one first")]
    Unread,
    /// Too many members.
    #[error("a directory has {} members at most", limits::FED_MEMBERS_MAX)]
    Full,
    /// The new directory is not one that this instance takes.
    #[error("the new directory would not be taken")]
    Take(#[from] TakeError),
    /// The database failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

impl Desk<'_> {
    /// Enrols whoever asks, or changes its entry. A member that is suspended stays so.
    ///
    /// # Errors
    /// When the request, its fingerprint or the root key is not right, or two members would be one.
    pub async fn enrol(&self, request: &Envelope, terms: &Terms) -> Result<Enrolled, EnrolError> {
        let Enrolment { mut member } = Enrolment::open(request)?;
        let found = member.node.fingerprint();
        if digits(&found) != digits(&terms.fingerprint) {
            return Err(EnrolError::Fingerprint { found });
        }
        member.role = terms.role.unwrap_or(member.role);
        if let Some(provinces) = &terms.provinces {
            member.provinces.clone_from(provinces);
        }
        self.next(member.node, |members| put(members, member)).await
    }

    /// Suspends a member, or ends that.
    ///
    /// # Errors
    /// When there is no such member, another is in its place, or the root key is not right.
    pub async fn suspend(&self, node: NodeId, suspended: bool) -> Result<Enrolled, EnrolError> {
        let change = |members: &mut Vec<Member>| {
            let found = members.iter().find(|member| member.node == node);
            let member = found.cloned().ok_or(EnrolError::Stranger { node })?;
            put_as(members, Member { suspended, ..member })
        };
        self.next(node, change).await
    }

    /// Signs and takes the next version.
    async fn next(
        &self,
        node: NodeId,
        change: impl FnOnce(&mut Vec<Member>) -> Result<(), EnrolError>,
    ) -> Result<Enrolled, EnrolError> {
        if self.here.root != Some(self.root.verifying()) {
            return Err(EnrolError::Root);
        }
        let mut tx = self.db.begin_write().await?;
        // Two who sign at once would sign two directories with one number.
        instance_value::claim(&mut tx, CLAIM).await?;
        let (last, mut members) = self.last(&mut tx).await?;
        change(&mut members)?;
        if members.len() > limits::FED_MEMBERS_MAX {
            return Err(EnrolError::Full);
        }
        members.sort_by_key(|member| member.node);
        let version = last.max(self.above.unwrap_or(0)).saturating_add(1);
        let envelope = Directory { version, members }.sign(self.root);
        // Read as others will.
        let directory = judged(self.here, &envelope)?;
        let member = directory.member(&node).cloned().ok_or(EnrolError::Stranger { node })?;
        match take_in(&mut tx, self.here, (&directory, &envelope), self.now).await? {
            Taken::New { version } => {
                tx.commit().await?;
                Ok(Enrolled { version, member })
            }
            Taken::Known { version } => Err(TakeError::Twofold { version }.into()),
        }
    }

    async fn last(&self, tx: &mut WriteTx) -> Result<(u64, Vec<Member>), EnrolError> {
        let roll = Roll::load(tx, self.here).await?;
        if roll.unread().is_some() {
            return Err(EnrolError::Unread);
        }
        Ok((roll.version(), roll.members().cloned().collect()))
    }
}

/// Puts an entry in the place of the one before.
fn put(members: &mut Vec<Member>, member: Member) -> Result<(), EnrolError> {
    let before = members.iter().find(|other| other.node == member.node);
    if before.is_some_and(|before| !member.rotations.starts_with(&before.rotations)) {
        return Err(EnrolError::Behind { node: member.node });
    }
    let suspended = before.is_some_and(|before| before.suspended);
    put_as(members, Member { suspended, ..member })
}

fn put_as(members: &mut Vec<Member>, member: Member) -> Result<(), EnrolError> {
    members.retain(|other| other.node != member.node);
    if !member.suspended {
        let mut active = members.iter().filter(|other| !other.suspended);
        let rival = active.find(|other| {
            other.instance == member.instance || (other.role == Role::National && member.role == Role::National)
        });
        if let Some(rival) = rival {
            return Err(refused(rival, &member));
        }
    }
    members.push(member);
    Ok(())
}

fn refused(rival: &Member, member: &Member) -> EnrolError {
    let (name, node) = (rival.name.clone(), rival.node);
    if rival.instance == member.instance {
        EnrolError::Home { name, node, instance: member.instance }
    } else {
        EnrolError::Nation { name, node }
    }
}

/// A fingerprint as it was said, without what stands between its digits.
fn digits(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '.' | ',')).collect()
}
