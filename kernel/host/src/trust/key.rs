//! Keys that sign: made, written to files and read again.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use tiwizi_model::{Ambient, PublicKey, limits};

use super::note::{Lines, NoteError, PLAIN, is_plain, utf8};

const SECRET: &str = "the file of a secret key";
const SECRET_TITLE: &str = "tiwizi secret key v1";
const PUBLIC: &str = "the file of a public key";
const PUBLIC_TITLE: &str = "tiwizi public key v1";

/// A name that cannot stand in a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the name of a key is {PLAIN}")]
pub struct KeyNameError;

/// Who signs: a name for people, and the key that the name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The name. It proves nothing; compare the key.
    pub name: String,
    /// The key.
    pub key: PublicKey,
}

impl Signer {
    /// Reads the file of a public key.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, NoteError> {
        let text = utf8(PUBLIC, bytes)?;
        let mut lines = Lines::open(PUBLIC, PUBLIC_TITLE, text, limits::CERTIFICATE_BYTES_MAX)?;
        let signer = Self { name: lines.words("name")?, key: lines.value("key")? };
        lines.end(text, &signer.text())?;
        Ok(signer)
    }

    /// The text of the file of this public key.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{PUBLIC_TITLE}\nname: {}\nkey: {}\n", self.name, self.key)
    }
}

/// A key that signs. It is wiped from memory when it is dropped, and nothing prints it but `text`.
pub struct SecretKey {
    name: String,
    key: SigningKey,
}

impl SecretKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// When the name cannot stand in a certificate.
    pub fn generate(name: &str, ambient: &Ambient) -> Result<Self, KeyNameError> {
        if !is_plain(name) {
            return Err(KeyNameError);
        }
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(&ambient.secret()) })
    }

    /// Reads the file of a secret key.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, NoteError> {
        let text = utf8(SECRET, bytes)?;
        let mut lines = Lines::open(SECRET, SECRET_TITLE, text, limits::CERTIFICATE_BYTES_MAX)?;
        let name = lines.words("name")?;
        // Thirty-two bytes in digits, as a public key is written.
        let seed: PublicKey = lines.value("secret").map_err(hidden)?;
        let key = Self { name, key: SigningKey::from_bytes(&seed.0) };
        lines.end(text, &key.text())?;
        Ok(key)
    }

    /// The text of the file of this secret key.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{SECRET_TITLE}\nname: {}\nsecret: {}\n", self.name, PublicKey(self.key.to_bytes()))
    }

    /// Its public half.
    #[must_use]
    pub fn signer(&self) -> Signer {
        Signer { name: self.name.clone(), key: self.public() }
    }

    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(self.key.verifying_key().to_bytes())
    }

    pub(super) fn sign(&self, text: &str) -> [u8; 64] {
        self.key.sign(text.as_bytes()).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SecretKey").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The error without the value that was wrong: it may be most of a secret.
fn hidden(error: NoteError) -> NoteError {
    match error {
        NoteError::Line { what, line, .. } => {
            NoteError::Line { what, line, expected: "secret: … (64 hexadecimal digits)".to_owned() }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_were_written() {
        let key = SecretKey::generate("Atelier Anfa", &Ambient::system()).unwrap();
        let again = SecretKey::read(key.text().as_bytes()).unwrap();
        assert_eq!(again.signer(), key.signer());
        assert_eq!(Signer::read(key.signer().text().as_bytes()).unwrap(), key.signer());
        assert!(SecretKey::read(key.signer().text().as_bytes()).is_err());
        assert!(Signer::read(key.text().as_bytes()).is_err());
    }

    #[test]
    fn a_secret_is_shown_by_no_error_and_no_debug() {
        let key = SecretKey::generate("Atelier Anfa", &Ambient::system()).unwrap();
        let text = key.text();
        let secret = text.rsplit(' ').next().unwrap().trim();
        assert!(!format!("{key:?}").contains(secret));
        let broken = text.replace(secret, &format!("{}g", &secret[..63]));
        let error = format!("{:?}", SecretKey::read(broken.as_bytes()).unwrap_err());
        assert!(!error.contains(&secret[..16]), "{error}");
    }

    #[test]
    fn a_name_that_hides_something_is_refused() {
        for name in ["", " x", "a\nlevel: national", "\u{202e}x", &"x".repeat(201)] {
            assert_eq!(SecretKey::generate(name, &Ambient::system()).unwrap_err(), KeyNameError, "{name:?}");
        }
    }
}
