//! Asking to be enrolled, or to have the own entry changed: a file for whoever keeps the root key.

use std::collections::BTreeSet;

use tiwizi_federation_core::wire::{Enrolment, Envelope, Member, Role};
use tiwizi_model::Jurisdiction;
use tiwizi_model::limits::FED_PROTOCOL;
use tiwizi_storage::instance::InstanceRow;

use crate::identity::NodeKeys;

/// What is asked for beside the keys.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// What the instance would be.
    pub role: Role,
    /// Where it is reached; none for one that only dials out.
    pub url: Option<&'a str>,
}

/// The request of this instance, with the keys and provinces that it has now. It fits on one code (QR) as the text of its file.
#[must_use]
pub fn request(keys: &NodeKeys, instance: &InstanceRow, asking: Asking<'_>) -> Envelope {
    let provinces = match &instance.jurisdiction {
        Jurisdiction::Nation => BTreeSet::new(),
        Jurisdiction::Provinces(provinces) => provinces.clone(),
    };
    let member = Member {
        node: keys.node(),
        role: asking.role,
        name: instance.name.clone(),
        url: asking.url.map(ToOwned::to_owned),
        genesis: keys.genesis().clone(),
        rotations: keys.rotations().to_vec(),
        provinces,
        protocols: BTreeSet::from([FED_PROTOCOL]),
        suspended: false,
        instance: instance.id,
    };
    Enrolment { member }.sign(keys.signing())
}
