//! The directory: which instances there are, signed by the root key of the federation. It counts until a newer one takes its place.

use std::collections::BTreeSet;

use tiwizi_model::{InstanceId, ProvinceCode, limits};
use uuid::Uuid;

use super::cbor::{CborError, Map, Reader, Writer, hash_from};
use super::dsse::{Envelope, EnvelopeError};
use super::key::{SigningKey, VerifyingKey};
use super::log::NodeId;
use super::ring::{KeyRing, RingError};
use super::statement::plain;

/// The form that is written here.
const VERSION: u64 = 1;
/// Keys of a map: room for those of later versions.
const KEYS_MAX: usize = 32;

/// All instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Higher with each one that is signed. A lower one than was seen is not taken.
    pub version: u64,
    /// In the order of their ids, each once.
    pub members: Vec<Member>,
}

/// One instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who it is.
    pub node: NodeId,
    /// What it is.
    pub role: Role,
    /// What people call it.
    pub name: String,
    /// Where it is reached. An instance that only dials out has none.
    pub url: Option<String>,
    /// The statement of its first keys (`Genesis`).
    pub genesis: Envelope,
    /// Each change of them (`Rotation`), in order.
    pub rotations: Vec<Envelope>,
    /// The provinces that it keeps; none for the nation.
    pub provinces: BTreeSet<ProvinceCode>,
    /// The versions of the protocol that it speaks.
    pub protocols: BTreeSet<u16>,
    /// Nothing is exchanged with it for now.
    pub suspended: bool,
    /// What records name it by as their home. It stays when all keys are lost and the instance comes back as another node.
    pub instance: InstanceId,
}

/// What an instance is in the federation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The nation: reference data, the registrar of homes.
    National,
    /// A regional directorate.
    Region,
    /// A provincial office.
    Province,
    /// A union of cooperatives.
    Union,
}

/// Why a directory is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// Not signed by the root key of the federation.
    #[error("the envelope of the directory is not taken")]
    Envelope(#[from] EnvelopeError),
    /// Not the form.
    #[error("not the form of a directory")]
    Form(#[from] CborError),
    /// A form of a later version.
    #[error("a directory of form {0} is not understood")]
    Version(u64),
    /// Members that stand twice or out of order.
    #[error("the members of a directory stand once and in order")]
    Order,
    /// A part of a member that is not written as it should be.
    #[error("the {what} of member {node} is not written as one")]
    Member {
        /// Which member.
        node: NodeId,
        /// Which part.
        what: &'static str,
    },
    /// The statements of a member are not taken.
    #[error("the keys of member {node} are not taken")]
    Keys {
        /// Which member.
        node: NodeId,
        /// Why.
        #[source]
        source: RingError,
    },
    /// The statements of a member are of another instance.
    #[error("the keys of member {node} are those of another instance")]
    Stranger {
        /// Which member.
        node: NodeId,
    },
    /// Two members that are not suspended would be the home of the same records.
    #[error("two members say that they are the home of the records of {instance}")]
    Homes {
        /// Of which instance.
        instance: InstanceId,
    },
}

const ROLES: [(&str, Role); 4] =
    [("national", Role::National), ("region", Role::Region), ("province", Role::Province), ("union", Role::Union)];

impl Role {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        ROLES.iter().find(|(_, role)| *role == self).map_or("", |(word, _)| word)
    }

    /// The role of a word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        ROLES.iter().find(|(known, _)| *known == word).map(|(_, role)| *role)
    }
}

impl Directory {
    /// The type of its envelope.
    pub const TYPE: &str = "application/vnd.tiwizi.directory.v1+cbor";

    /// The entry of an instance.
    #[must_use]
    pub fn member(&self, node: &NodeId) -> Option<&Member> {
        self.members.iter().find(|member| member.node == *node)
    }

    /// The member that writes the records of this home today.
    #[must_use]
    pub fn home(&self, instance: &InstanceId) -> Option<&Member> {
        self.members.iter().find(|member| member.instance == *instance && !member.suspended)
    }

    /// The keys of its members, the suspended ones too: what they signed stays signed.
    ///
    /// # Errors
    /// When the statements of a member are not taken.
    pub fn keys(&self) -> Result<KeyRing, RingError> {
        let mut ring = KeyRing::new();
        for member in &self.members {
            ring.insert(&member.genesis, &member.rotations)?;
        }
        Ok(ring)
    }

    /// Its bytes, with the members in order.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let mut members: Vec<&Member> = self.members.iter().collect();
        members.sort_by_key(|member| member.node);
        let mut writer = Writer::new();
        writer.map(3).uint(1).uint(VERSION).uint(2).uint(self.version).uint(3).array(members.len());
        for member in members {
            member.write(&mut writer);
        }
        writer.finish()
    }

    /// Signs it with the root key of the federation.
    #[must_use]
    pub fn sign(&self, root: &SigningKey) -> Envelope {
        Envelope::sign(Self::TYPE, self.payload(), root)
    }

    /// Reads a signed one, and holds the keys of each member to what the member itself has signed.
    ///
    /// # Errors
    /// When the root key of the federation has not signed it, or a part is not as it should be.
    pub fn open(envelope: &Envelope, root: &VerifyingKey) -> Result<Self, DirectoryError> {
        let mut map = Map::whole(envelope.verify(Self::TYPE, root)?, KEYS_MAX)?;
        let form = map.required(1, Reader::uint)?;
        if form != VERSION {
            return Err(DirectoryError::Version(form));
        }
        let version = map.required(2, Reader::uint)?;
        let members = map.required(3, |reader| Ok(reader.several(limits::FED_MEMBERS_MAX, Member::read)))??;
        if !members.is_sorted_by(|one, next| one.node < next.node) {
            return Err(DirectoryError::Order);
        }
        let mut homes = BTreeSet::new();
        let twice = members.iter().find(|member| !member.suspended && !homes.insert(member.instance));
        match twice.map(|member| member.instance) {
            Some(instance) => Err(DirectoryError::Homes { instance }),
            None => Ok(Self { version, members }),
        }
    }
}

impl Member {
    /// Writes it as a part of something larger.
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.map(if self.url.is_some() { 10 } else { 9 }).uint(1).bytes(&self.node.0.0);
        writer.uint(2).text(self.role.as_str()).uint(3).text(&self.name);
        if let Some(url) = &self.url {
            writer.uint(4).text(url);
        }
        self.genesis.write(writer.uint(5));
        writer.uint(6).array(self.rotations.len());
        for rotation in &self.rotations {
            rotation.write(writer);
        }
        writer.uint(7).array(self.provinces.len());
        for province in &self.provinces {
            writer.text(&province.to_string());
        }
        writer.uint(8).array(self.protocols.len());
        for protocol in &self.protocols {
            writer.uint(u64::from(*protocol));
        }
        writer.uint(9).truth(self.suspended).uint(10).bytes(self.instance.0.as_bytes());
    }

    /// Keys of later versions are passed over: the envelope keeps the bytes.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, DirectoryError> {
        let mut map = Map::read(reader, KEYS_MAX)?;
        let node = NodeId(map.required(1, hash_from)?);
        let wrong = |what| DirectoryError::Member { node, what };
        let role = Role::read(map.required(2, |reader| reader.text(limits::NAME_BYTES_MAX))?).ok_or(wrong("role"))?;
        let name = map.required(3, |reader| reader.text(limits::TITLE_CHARS_MAX.saturating_mul(4)))?;
        let name = plain(name).ok_or(wrong("name"))?;
        let url = map.optional(4, |reader| reader.text(limits::FED_URL_BYTES_MAX).map(ToOwned::to_owned))?;
        if url.as_deref().is_some_and(|url| !is_address(url)) {
            return Err(wrong("url"));
        }
        let genesis = map.required(5, Envelope::read)?;
        let rotations = map.required(6, |reader| reader.several(limits::FED_ROTATIONS_MAX, Envelope::read))?;
        let provinces = map.required(7, |reader| {
            reader.several(limits::FED_PROVINCES_MAX, |reader| Ok(reader.text(6)?.parse::<ProvinceCode>().ok()))
        })?;
        let provinces = each_once(provinces.into_iter().collect::<Option<_>>()).ok_or(wrong("provinces"))?;
        let protocols =
            map.required(8, |reader| reader.several(limits::FED_PROTOCOL_VERSIONS_MAX, Reader::number::<u16>))?;
        let protocols = each_once(Some(protocols)).ok_or(wrong("protocols"))?;
        let suspended = map.required(9, Reader::truth)?;
        let instance = InstanceId(Uuid::from_bytes(map.required(10, Reader::exactly)?));
        let member = Self { node, role, name, url, genesis, rotations, provinces, protocols, suspended, instance };
        member.check_keys()?;
        Ok(member)
    }

    fn check_keys(&self) -> Result<(), DirectoryError> {
        let node = self.node;
        let keys = KeyRing::new().insert(&self.genesis, &self.rotations);
        let found = keys.map_err(|source| DirectoryError::Keys { node, source })?;
        if found == node { Ok(()) } else { Err(DirectoryError::Stranger { node }) }
    }
}

/// The values as a set, when they stand in order and once.
fn each_once<T: Ord>(values: Option<Vec<T>>) -> Option<BTreeSet<T>> {
    values.filter(|values| values.is_sorted_by(|one, next| one < next)).map(|values| values.into_iter().collect())
}

fn is_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()))
}

#[cfg(test)]
mod tests;
