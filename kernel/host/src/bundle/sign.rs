//! Signing a bundle. The files stay as they are; a signature that was there is replaced.

use std::collections::BTreeMap;
use std::io;

use bytes::Bytes;
use tiwizi_records::{Manifest, ManifestError};

use crate::bundle::pack;
use crate::bundle::read::{Bundle, BundleError, hash_of};
use crate::trust::{Certificate, Seal, SecretKey};

/// Why a bundle was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// It is no bundle.
    #[error("the bundle is refused")]
    Bundle(#[source] BundleError),
    /// Its manifest is none.
    #[error("the manifest is refused")]
    Manifest(#[source] ManifestError),
    /// A certificate of another key.
    #[error("the certificate is of another key than the one that signs; give the certificate of this key")]
    Key,
    /// Certificates that do not follow each other.
    #[error("the certificates do not follow each other: each is followed by that of its issuer")]
    Chain,
    /// A certificate for other plugins.
    #[error("the certificate is for {prefixes}, not for {plugin}; ask its issuer for another one")]
    Prefix {
        /// What the certificate covers.
        prefixes: String,
        /// What was to be signed.
        plugin: String,
    },
    /// The signed bundle could not be made.
    #[error("could not write the tar file")]
    Write(#[source] io::Error),
}

/// Signs a bundle. Without certificates only instances that trust the key itself accept it.
///
/// # Errors
/// When it is no bundle, or the certificates do not fit the key or the plugin.
pub fn sign(bundle: &Bytes, key: &SecretKey, certificates: Vec<Certificate>) -> Result<Vec<u8>, SignError> {
    let bundle = Bundle::read(bundle).map_err(SignError::Bundle)?;
    let manifest = Manifest::parse(&bundle.manifest).map_err(SignError::Manifest)?;
    let mut above = key.public();
    for (position, certificate) in certificates.iter().enumerate() {
        let terms = &certificate.terms;
        if terms.holder.key != above {
            return Err(if position == 0 { SignError::Key } else { SignError::Chain });
        }
        if !terms.prefixes.covers(&manifest.id) {
            return Err(SignError::Prefix { prefixes: terms.prefixes.to_string(), plugin: manifest.id.to_string() });
        }
        above = certificate.issuer;
    }
    let seal = Seal::make(hash_of(&bundle.manifest), key, certificates);
    let files: BTreeMap<String, Bytes> = bundle.files.into_iter().map(|(path, (_, content))| (path, content)).collect();
    pack::write(&bundle.manifest, Some(&seal.text()), &files).map_err(SignError::Write)
}
