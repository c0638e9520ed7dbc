//! What entries of a control log say: proposals and their answers, the steps of a transfer, the steps of an agreement.
//!
//! Each is a few fields, committed like those of any record and disclosed by the gate to those whom it names. A field that is not
//! known is left alone; one that is missing or of another form makes the whole unknown, and the entry waits.

mod form;
mod national;

use serde_json::{Value, json};
use tiwizi_model::{Ambient, IdError, KindName, RecordId};

use crate::agreement::AgreementId;
use crate::gate::addressees;
use crate::package::Part;
use crate::wire::{
    CborError, Entity, EntryKind, Field, Group, GroupError, GroupNo, Hash, NodeId, Position, Seed, encode_json,
    field_no,
};

use super::proposal::{Answer, Base, Proposal, Refusal};
use super::transfer::{Fence, Seal};

pub(crate) use form::Said;
pub use national::{CaseAnswer, CaseOutcome, CaseSaid, CaseSide, CaseWord};

/// The kind whose name the fields of all statements are numbered by.
const KIND: &str = "federation/message";

/// A step in the life of an agreement, as one side takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementStep {
    /// The agreement.
    pub id: AgreementId,
    /// Its version.
    pub version: u32,
    /// The name of the step.
    pub step: String,
    /// The document with the signatures that the step brings.
    pub envelope: Option<Vec<u8>>,
}

/// What an entry of a control log says.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// Somebody asks the home for a change. A home that gave the root away passes it on, and says who asked.
    Proposal {
        /// What is asked for.
        proposal: Proposal,
        /// Who asked first.
        from: NodeId,
    },
    /// A proposal waits for a person.
    Review {
        /// Its id.
        proposal: RecordId,
    },
    /// The answer to a proposal.
    Answer {
        /// Its id.
        proposal: RecordId,
        /// The answer.
        answer: Answer,
    },
    /// The home offers a root.
    Offer {
        /// The root.
        root: RecordId,
        /// The term that ends.
        tenure: u32,
        /// To whom.
        to: NodeId,
        /// Where its writing ended.
        fence: Fence,
        /// The hash over what there is of it.
        state: Hash,
        /// The root that it moves along with.
        lead: RecordId,
    },
    /// The receiver has everything.
    Accept {
        /// The root.
        root: RecordId,
        /// The offer.
        offer: Position,
    },
    /// The registrar changes the home.
    Seal(Seal),
    /// The registrar calls an offer off.
    Void {
        /// The root.
        root: RecordId,
        /// The offer.
        offer: Position,
    },
    /// The home before is done with it.
    Complete {
        /// The root.
        root: RecordId,
        /// The term that ended.
        tenure: u32,
    },
    /// A step of an agreement.
    Agreement(AgreementStep),
    /// What another version of an agreement gives no more was to be dropped: the holder asks for it.
    Retract {
        /// The agreement.
        id: AgreementId,
        /// The version that gives less.
        version: u32,
    },
    /// A part of a package of the nation.
    Package(Part),
    /// A word about two entities of two homes that may be one.
    Case(CaseWord),
}

/// Why a statement cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// A field is missing, or not of its form.
    #[error("the statement has no {field} of the form that is known here")]
    Field {
        /// Which.
        field: &'static str,
    },
    /// A value does not fit the wire.
    #[error("a value of the statement is no value of the wire")]
    Value(#[source] CborError),
    /// The fields make no group.
    #[error("the fields of the statement make no group")]
    Group(#[source] GroupError),
    /// The kind of entry is no statement.
    #[error("an entry of the kind {0} is no statement that is known here")]
    Kind(EntryKind),
    /// The name of statements is no kind.
    #[error("statements have no kind")]
    Name(#[source] IdError),
}

/// The kind whose name the fields of all statements are numbered by.
///
/// # Errors
/// Never, as long as the name is written as one.
pub fn message_kind() -> Result<KindName, StatementError> {
    KIND.parse().map_err(StatementError::Name)
}

impl Statement {
    /// The kind of its entry.
    #[must_use]
    pub fn kind(&self) -> EntryKind {
        match self {
            Self::Proposal { .. } => EntryKind::Proposal,
            Self::Review { .. } | Self::Answer { .. } => EntryKind::Answer,
            Self::Offer { .. } => EntryKind::Offer,
            Self::Accept { .. } => EntryKind::Accept,
            Self::Seal(_) => EntryKind::Seal,
            Self::Void { .. } => EntryKind::Void,
            Self::Complete { .. } => EntryKind::Complete,
            Self::Agreement(_) => EntryKind::Agreement,
            Self::Retract { .. } => EntryKind::Retract,
            Self::Package(_) => EntryKind::Package,
            Self::Case(_) => EntryKind::Case,
        }
    }

    /// What its entry is about.
    ///
    /// # Errors
    /// See [`message_kind`].
    pub fn entity(&self) -> Result<Entity, StatementError> {
        let id = match self {
            Self::Proposal { proposal, .. } => proposal.id,
            Self::Review { proposal } | Self::Answer { proposal, .. } => *proposal,
            Self::Offer { root, .. }
            | Self::Accept { root, .. }
            | Self::Seal(Seal { root, .. })
            | Self::Void { root, .. }
            | Self::Complete { root, .. } => *root,
            Self::Agreement(AgreementStep { id, .. }) | Self::Retract { id, .. } => RecordId(id.0),
            Self::Package(part) => part.id(),
            Self::Case(word) => word.id,
        };
        Ok(Entity { kind: message_kind()?, id })
    }

    /// Its fields, committed, for these instances. What a proposal would change lies in the group of what is about persons.
    ///
    /// # Errors
    /// When a value does not fit the wire.
    pub fn groups(&self, to: &[NodeId], ambient: &Ambient) -> Result<Vec<Group>, StatementError> {
        let kind = message_kind()?;
        let (mut open, mut closed) = (vec![addressees(&kind, to)], Vec::new());
        for (name, value) in self.fields() {
            let value = encode_json(&value).map_err(StatementError::Value)?;
            let field = Field { no: field_no(&kind, name), value };
            if name == "patch" { closed.push(field) } else { open.push(field) }
        }
        let mut groups = Vec::new();
        for (no, fields) in [(GroupNo::PUBLIC, open), (GroupNo::PERSONAL, closed)] {
            if !fields.is_empty() {
                groups.push(Group::new(no, Seed::draw(ambient), fields).map_err(StatementError::Group)?);
            }
        }
        Ok(groups)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::Proposal { proposal, from } => vec![
                ("kind", json!(proposal.entity.kind.as_str())),
                ("record", json!(proposal.entity.id.to_string())),
                ("root", json!(proposal.root.to_string())),
                ("tenure", json!(proposal.base.tenure)),
                ("ver", json!(proposal.base.ver)),
                ("idem", json!(form::hex(&proposal.idem))),
                ("patch", proposal.patch.clone()),
                ("from", json!(from.to_string())),
            ],
            Self::Review { .. } => vec![("outcome", json!("review"))],
            Self::Answer { answer, .. } => answer_fields(answer),
            Self::Offer { tenure, to, fence, state, lead, .. } => vec![
                ("tenure", json!(tenure)),
                ("home", json!(to.to_string())),
                ("fence", form::fence_json(fence)),
                ("state", json!(state.to_string())),
                ("lead", json!(lead.to_string())),
            ],
            Self::Accept { offer, .. } | Self::Void { offer, .. } => vec![("offer", json!(offer.to_string()))],
            Self::Seal(seal) => vec![
                ("tenure", json!(seal.tenure)),
                ("from", json!(seal.from.to_string())),
                ("home", json!(seal.to.to_string())),
                ("fence", form::fence_json(&seal.fence)),
                ("offer", json!(seal.offer.to_string())),
            ],
            Self::Complete { tenure, .. } => vec![("tenure", json!(tenure))],
            Self::Agreement(AgreementStep { version, step, envelope, .. }) => vec![
                ("version", json!(version)),
                ("step", json!(step)),
                ("envelope", json!(envelope.as_ref().map(|envelope| form::hex(envelope)))),
            ],
            Self::Retract { version, .. } => vec![("version", json!(version))],
            Self::Package(part) => national::part_fields(part),
            Self::Case(word) => national::case_fields(word),
        }
    }

    /// Reads what an entry says.
    ///
    /// # Errors
    /// When it says something that is not known here.
    pub fn read(kind: &EntryKind, id: RecordId, fields: &[Field]) -> Result<Self, StatementError> {
        let said = Said::new(message_kind()?, fields);
        Ok(match kind {
            EntryKind::Proposal => {
                let entity = Entity { kind: said.parsed("kind")?, id: said.parsed("record")? };
                let (root, from) = (said.parsed("root")?, said.parsed("from")?);
                let (base, patch, idem) = (said.base()?, said.value("patch")?, said.bytes("idem")?);
                Self::Proposal { proposal: Proposal { id, entity, root, base, patch, idem }, from }
            }
            EntryKind::Answer => answer(id, &said)?,
            EntryKind::Offer => Self::Offer {
                root: id,
                tenure: said.number("tenure")?,
                to: said.parsed("home")?,
                fence: said.fence("fence")?,
                state: said.parsed("state")?,
                lead: said.parsed("lead")?,
            },
            EntryKind::Accept => Self::Accept { root: id, offer: said.position("offer")? },
            EntryKind::Void => Self::Void { root: id, offer: said.position("offer")? },
            EntryKind::Complete => Self::Complete { root: id, tenure: said.number("tenure")? },
            EntryKind::Seal => Self::Seal(Seal {
                root: id,
                tenure: said.number("tenure")?,
                from: said.parsed("from")?,
                to: said.parsed("home")?,
                fence: said.fence("fence")?,
                offer: said.position("offer")?,
            }),
            EntryKind::Agreement => Self::Agreement(AgreementStep {
                id: AgreementId(id.0),
                version: said.number("version")?,
                step: said.text("step")?,
                envelope: said.many_bytes("envelope")?,
            }),
            EntryKind::Retract => Self::Retract { id: AgreementId(id.0), version: said.number("version")? },
            EntryKind::Package => Self::Package(national::part(&said)?),
            EntryKind::Case => Self::Case(national::case_word(id, &said)?),
            other => return Err(StatementError::Kind(other.clone())),
        })
    }
}

fn answer_fields(answer: &Answer) -> Vec<(&'static str, Value)> {
    let (outcome, reason) = match answer {
        Answer::Accepted(base) => {
            let outcome = ("outcome", json!("accepted"));
            return vec![outcome, ("tenure", json!(base.tenure)), ("ver", json!(base.ver))];
        }
        Answer::Refused(Refusal::Absent) => return vec![("outcome", json!("absent"))],
        Answer::Refused(Refusal::Invalid(why)) => ("invalid", why.as_str()),
        Answer::Refused(Refusal::Declined(why)) => ("declined", why.as_str()),
    };
    vec![("outcome", json!(outcome)), ("reason", json!(reason))]
}

fn answer(proposal: RecordId, said: &Said) -> Result<Statement, StatementError> {
    let answer = match said.text("outcome")?.as_str() {
        "review" => return Ok(Statement::Review { proposal }),
        "accepted" => Answer::Accepted(said.base()?),
        "absent" => Answer::Refused(Refusal::Absent),
        "invalid" => Answer::Refused(Refusal::Invalid(said.text("reason")?)),
        "declined" => Answer::Refused(Refusal::Declined(said.text("reason")?)),
        _ => return Err(StatementError::Field { field: "outcome" }),
    };
    Ok(Statement::Answer { proposal, answer })
}

impl Said {
    fn base(&self) -> Result<Base, StatementError> {
        Ok(Base { tenure: self.number("tenure")?, ver: self.number("ver")? })
    }
}

#[cfg(test)]
mod tests;
