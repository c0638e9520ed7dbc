//! The seal of a bundle: the signature over its manifest, and the certificates of who signed.
//!
//! The manifest lists every other file with its size and SHA-256, so signing the SHA-256 of the manifest signs them all.

use tiwizi_model::{FileHash, PublicKey, limits};

use super::certificate::{Certificate, certificates_text, read_certificates};
use super::key::{SecretKey, Signer};
use super::note::{Lines, NoteError, signature_line, utf8, verify};

const WHAT: &str = "the signature of a bundle";
const TITLE: &str = "tiwizi bundle v1";

/// A seal whose signatures all fit. Whether anybody trusts the keys is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The SHA-256 of the manifest.
    pub manifest: FileHash,
    /// Who signed.
    pub key: PublicKey,
    /// The certificates, from the signer's own up.
    pub certificates: Vec<Certificate>,
    signature: [u8; 64],
}

impl Seal {
    /// Signs a manifest.
    #[must_use]
    pub fn make(manifest: FileHash, key: &SecretKey, certificates: Vec<Certificate>) -> Self {
        let public = key.public();
        let signature = key.sign(&signed_text(manifest, public));
        Self { manifest, key: public, certificates, signature }
    }

    /// Reads a seal.
    ///
    /// # Errors
    /// When the text is none, or one of its signatures does not fit.
    pub fn read(bytes: &[u8]) -> Result<Self, NoteError> {
        let text = utf8(WHAT, bytes)?;
        if text.len() > limits::SIGNATURE_BYTES_MAX {
            return Err(NoteError::Long { what: WHAT, bytes_max: limits::SIGNATURE_BYTES_MAX });
        }
        let (own, certificates) = match text.split_once("\n\n") {
            Some((own, certificates)) => (format!("{own}\n"), read_certificates(certificates.as_bytes())?),
            None => (text.to_owned(), Vec::new()),
        };
        let mut lines = Lines::open(WHAT, TITLE, &own, limits::SIGNATURE_BYTES_MAX)?;
        let seal = Self {
            manifest: lines.value("manifest")?,
            key: lines.value("key")?,
            signature: lines.signature()?,
            certificates,
        };
        lines.end(text, &seal.text())?;
        verify(WHAT, &signed_text(seal.manifest, seal.key), seal.key, &seal.signature)?;
        Ok(seal)
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        let own = signed_text(self.manifest, self.key) + &signature_line(&self.signature);
        if self.certificates.is_empty() { own } else { format!("{own}\n{}", certificates_text(&self.certificates)) }
    }

    /// Who signed. Without a certificate nobody says whose the key is, and the name is empty.
    #[must_use]
    pub fn signer(&self) -> Signer {
        Signer { name: self.name().unwrap_or_default().to_owned(), key: self.key }
    }

    /// The signer's name, as the certificate has it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let own = self.certificates.first()?;
        (own.terms.holder.key == self.key).then_some(own.terms.holder.name.as_str())
    }
}

fn signed_text(manifest: FileHash, key: PublicKey) -> String {
    format!("{TITLE}\nmanifest: {manifest}\nkey: {key}\n")
}
