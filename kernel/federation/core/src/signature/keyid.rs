//! How a key is named in a signature: the instance whose it is, and the key itself, `NODE/KEY` in small hexadecimal digits.
//!
//! The name proves nothing. It is believed when the ring knows the instance, and knows that this is the key that it signs with today.

use std::str::FromStr as _;

use tiwizi_model::PublicKey;

use crate::wire::{KeyRing, NodeId, VerifyingKey};

/// The name of a key.
#[must_use]
pub fn keyid(node: &NodeId, key: &VerifyingKey) -> String {
    format!("{node}/{key}")
}

/// Whose key it is, when it is the one that its instance signs with today.
#[must_use]
pub fn known(ring: &KeyRing, keyid: &str) -> Option<(NodeId, VerifyingKey)> {
    let (node, named) = keyid.split_once('/')?;
    let node = NodeId::from_str(node).ok()?;
    let key = ring.current(&node)?;
    (PublicKey::from_str(named).ok()? == key.public()).then_some((node, key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Genesis, Hash, SigningKey};

    #[test]
    fn a_key_is_known_by_its_instance_and_by_itself() {
        let key = |number| SigningKey::from_seed(&[number; 32]);
        let next_root = key(3).verifying().promise();
        let name = "ODCO".to_owned();
        let genesis = Genesis { root: key(1).verifying(), signing: key(2).verifying(), next_root, name };
        let mut ring = KeyRing::new();
        let node = ring.insert(&genesis.sign(&key(1)), &[]).unwrap();
        let signing = key(2).verifying();
        assert_eq!(known(&ring, &keyid(&node, &signing)), Some((node, signing)));
        for other in [
            keyid(&node, &key(1).verifying()),
            keyid(&NodeId(Hash::ZERO), &signing),
            node.to_string(),
            format!("{node}/"),
            String::new(),
        ] {
            assert_eq!(known(&ring, &other), None, "{other}");
        }
    }
}
