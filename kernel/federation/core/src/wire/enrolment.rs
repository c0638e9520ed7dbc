//! What an instance asks to be enrolled with: the entry that it would have in the directory, signed by the key that it signs with.
//!
//! It proves that whoever wrote it holds the keys that it names, and nothing about who that is. For that the fingerprint is compared by
//! people, before the root of the federation signs the entry.

use super::cbor::{Map, Reader, Writer};
use super::directory::{DirectoryError, Member};
use super::dsse::{Envelope, EnvelopeError};
use super::key::SigningKey;
use super::ring::KeyRing;

/// The form that is written here.
const VERSION: u64 = 1;
/// Keys of a map: room for those of later versions.
const KEYS_MAX: usize = 32;

/// A request to be enrolled, or to have the own entry changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The entry that is asked for. It is not suspended: that is for others to say.
    pub member: Member,
}

/// Why a request is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// The envelope is not what it should be.
    #[error("the envelope of a request to be enrolled is not taken")]
    Envelope(#[from] EnvelopeError),
    /// The entry is not what it should be.
    #[error("the entry that is asked for is not taken")]
    Member(#[from] DirectoryError),
    /// A form of a later version.
    #[error("a request to be enrolled of form {0} is not understood")]
    Version(u64),
    /// It asks to be suspended.
    #[error("nobody asks to be suspended")]
    Suspended,
}

impl Enrolment {
    /// The type of its envelope.
    pub const TYPE: &str = "application/vnd.tiwizi.enrolment.v1+cbor";

    /// Its bytes.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.map(2).uint(1).uint(VERSION).uint(2);
        self.member.write(&mut writer);
        writer.finish()
    }

    /// Signs it with the signing key of the instance.
    #[must_use]
    pub fn sign(&self, signing: &SigningKey) -> Envelope {
        Envelope::sign(Self::TYPE, self.payload(), signing)
    }

    /// Reads a request that is signed by the key that it says the instance signs with today.
    ///
    /// # Errors
    /// When it is not, or a part is not as it should be.
    pub fn open(envelope: &Envelope) -> Result<Self, EnrolmentError> {
        let form = |error| EnrolmentError::Member(DirectoryError::Form(error));
        let mut map = Map::whole(envelope.unverified(Self::TYPE)?, KEYS_MAX).map_err(form)?;
        match map.required(1, Reader::uint).map_err(form)? {
            VERSION => {}
            other => return Err(EnrolmentError::Version(other)),
        }
        let member = map.required(2, |reader| Ok(Member::read(reader))).map_err(form)??;
        let node = member.node;
        let mut ring = KeyRing::new();
        ring.insert(&member.genesis, &member.rotations).map_err(|source| DirectoryError::Keys { node, source })?;
        let signing = ring.current(&node).ok_or(DirectoryError::Stranger { node })?;
        envelope.verify(Self::TYPE, &signing)?;
        if member.suspended { Err(EnrolmentError::Suspended) } else { Ok(Self { member }) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use tiwizi_model::InstanceId;
    use uuid::Uuid;

    use super::*;
    use crate::wire::{Genesis, Role, Rotation};

    fn key(number: u8) -> SigningKey {
        SigningKey::from_seed(&[number; 32])
    }

    fn enrolment() -> Enrolment {
        let name = "ODCO Souss-Massa".to_owned();
        let next_root = key(3).verifying().promise();
        let genesis = Genesis { root: key(1).verifying(), signing: key(2).verifying(), next_root, name: name.clone() };
        let member = Member {
            node: genesis.node(),
            role: Role::Region,
            name,
            url: None,
            genesis: genesis.sign(&key(1)),
            rotations: Vec::new(),
            provinces: BTreeSet::from(["09.541".parse().unwrap()]),
            protocols: BTreeSet::from([1]),
            suspended: false,
            instance: InstanceId(Uuid::from_u128(7)),
        };
        Enrolment { member }
    }

    fn rotated() -> Enrolment {
        let Enrolment { member } = enrolment();
        let signing = key(4).verifying();
        let rotation = Rotation { node: member.node, number: 1, signing, logs: BTreeMap::new(), root: None };
        Enrolment { member: Member { rotations: vec![rotation.sign(&key(1))], ..member } }
    }

    fn unsigned(number: u8) -> EnrolmentError {
        EnrolmentError::Envelope(EnvelopeError::Unsigned { key: key(number).verifying().public() })
    }

    #[test]
    fn a_request_is_signed_by_the_key_that_it_names() {
        assert_eq!(Enrolment::open(&enrolment().sign(&key(2))), Ok(enrolment()));
        for other in [1, 3, 9] {
            assert_eq!(Enrolment::open(&enrolment().sign(&key(other))), Err(unsigned(2)), "{other}");
        }
        assert_eq!(Enrolment::open(&rotated().sign(&key(4))), Ok(rotated()));
        assert_eq!(Enrolment::open(&rotated().sign(&key(2))), Err(unsigned(4)), "a key from before asks for nothing");
    }

    #[test]
    fn a_request_in_the_name_of_another_is_refused() {
        let Enrolment { member } = enrolment();
        let thief = Genesis {
            root: key(11).verifying(),
            signing: key(12).verifying(),
            next_root: key(13).verifying().promise(),
            name: member.name.clone(),
        };
        let forged = Enrolment { member: Member { genesis: thief.sign(&key(11)), ..member.clone() } };
        let stranger = DirectoryError::Stranger { node: member.node };
        assert_eq!(Enrolment::open(&forged.sign(&key(12))), Err(EnrolmentError::Member(stranger)));
    }

    #[test]
    fn a_malformed_request_is_refused_with_its_reason() {
        let Enrolment { member } = enrolment();
        let suspended = Enrolment { member: Member { suspended: true, ..member } };
        assert_eq!(Enrolment::open(&suspended.sign(&key(2))), Err(EnrolmentError::Suspended));
        let mut later = enrolment().payload();
        later[2] = 2;
        let signed = |payload| Enrolment::open(&Envelope::sign(Enrolment::TYPE, payload, &key(2)));
        assert_eq!(signed(later), Err(EnrolmentError::Version(2)));
        assert!(matches!(signed(Vec::new()), Err(EnrolmentError::Member(DirectoryError::Form(_)))));
        assert!(matches!(
            Enrolment::open(&Envelope::sign(Rotation::TYPE, enrolment().payload(), &key(2))),
            Err(EnrolmentError::Envelope(EnvelopeError::Type { .. }))
        ));
    }
}
