//! The key of the federation's root: its file, which lies outside every data directory, and its fingerprint.

use tiwizi_federation_core::wire::{Hash, NodeId, SigningKey, VerifyingKey};
use tiwizi_model::{Ambient, PublicKey};
use zeroize::Zeroizing;

use crate::paper::{Paper, PaperError};

/// Keeps the fingerprint of a root apart from that of an instance.
const ROOT: &[u8] = b"tiwizi/federation-root\0";
const SECRET_HEAD: &str = "# The root key of a federation of Tiwizi. Whoever has it says who belongs to the federation. Keep it where no\n\
     # machine reads it but when a directory is signed, with a copy in another place, and show it to nobody.\n";
const PUBLIC_HEAD: &str =
    "# The public key of the root of a federation of Tiwizi. Every instance has it in its settings: federation_root.\n";

/// What the file of a root key holds.
#[derive(Debug)]
pub struct RootFile(SigningKey);

/// Why a file holds no root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RootFileError {
    /// Not one line beside the remarks.
    #[error("a file of a root key has one line beside its remarks")]
    Lines,
    /// The secret half is not right.
    #[error("it holds no root key")]
    Secret(#[from] PaperError),
    /// The public half is not right.
    #[error("a public root key is 64 hexadecimal digits")]
    Public,
}

impl RootFile {
    /// A new one.
    #[must_use]
    pub fn generate(ambient: &Ambient) -> Self {
        Self(SigningKey::generate(ambient))
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &SigningKey {
        &self.0
    }

    /// The text of the secret file.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{SECRET_HEAD}{}\n", Paper::of(&self.0).reveal()))
    }

    /// The text of the public file.
    #[must_use]
    pub fn public_text(&self) -> String {
        format!("{PUBLIC_HEAD}{}\n", self.0.verifying())
    }

    /// Reads the secret file.
    ///
    /// # Errors
    /// When it holds no key.
    pub fn read(text: &str) -> Result<Self, RootFileError> {
        Ok(Self(Paper::read(one_line(text)?)?))
    }

    /// Reads a public key, out of its file or out of a setting.
    ///
    /// # Errors
    /// When it is none.
    pub fn read_public(text: &str) -> Result<VerifyingKey, RootFileError> {
        let PublicKey(bytes) = one_line(text)?.parse().map_err(|_| RootFileError::Public)?;
        VerifyingKey::from_bytes(&bytes).map_err(|_| RootFileError::Public)
    }
}

fn one_line(text: &str) -> Result<&str, RootFileError> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    match (lines.next(), lines.next()) {
        (Some(line), None) => Ok(line),
        _ => Err(RootFileError::Lines),
    }
}

/// The groups of digits by which people compare the root of the federation.
#[must_use]
pub fn root_fingerprint(key: &VerifyingKey) -> String {
    NodeId(Hash::of(&[ROOT, &key.to_bytes()])).fingerprint()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_key_is_read_as_it_was_written_and_its_public_half_holds_nothing_secret() {
        let root = RootFile::generate(&Ambient::system());
        let public = root.key().verifying();
        assert_eq!(RootFile::read(&root.text()).unwrap().key().verifying(), public);
        assert_eq!(RootFile::read_public(&root.public_text()).unwrap(), public);
        assert_eq!(RootFile::read_public(&public.to_string()).unwrap(), public);
        assert!(!root.public_text().contains(Paper::of(root.key()).reveal()));
        assert!(RootFile::read(&root.public_text()).is_err(), "the public file signs nothing");
        assert_eq!(RootFile::read_public(&root.text()).unwrap_err(), RootFileError::Public);
        for wrong in ["", "# only remarks\n", "a\nb\n"] {
            assert_eq!(RootFile::read(wrong).unwrap_err(), RootFileError::Lines, "{wrong:?}");
        }
        assert_eq!(RootFile::read_public(&format!("01{}", "00".repeat(31))).unwrap_err(), RootFileError::Public);
    }

    #[test]
    fn the_fingerprint_of_a_root_is_of_its_key() {
        let (one, other) = (RootFile::generate(&Ambient::system()), RootFile::generate(&Ambient::system()));
        let fingerprint = |root: &RootFile| root_fingerprint(&root.key().verifying());
        assert_eq!(fingerprint(&one).split(' ').count(), 6);
        assert_ne!(fingerprint(&one), fingerprint(&other));
    }
}
