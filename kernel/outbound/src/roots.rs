//! Certificates that the operator trusts beside those of the machine: of an office's own authority, of a proxy that looks inside, of a test.

use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

/// Those certificates.
#[derive(Debug, Clone)]
pub struct Roots(RootCertStore);

/// A file that holds no certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this holds no certificates in PEM, or one that cannot be trusted")]
pub struct RootsError;

impl Default for Roots {
    fn default() -> Self {
        Self(RootCertStore::empty())
    }
}

impl Roots {
    /// Reads a file of certificates.
    ///
    /// # Errors
    /// When it holds none, or anything that is none.
    pub fn read(pem: &[u8]) -> Result<Self, RootsError> {
        let mut roots = Self::default();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.add(certificate.map_err(|_| RootsError)?)?;
        }
        if roots.0.is_empty() { Err(RootsError) } else { Ok(roots) }
    }

    /// The one certificate with these bytes.
    ///
    /// # Errors
    /// When they are none.
    pub fn of(der: Vec<u8>) -> Result<Self, RootsError> {
        let mut roots = Self::default();
        roots.add(CertificateDer::from(der))?;
        Ok(roots)
    }

    fn add(&mut self, certificate: CertificateDer<'_>) -> Result<(), RootsError> {
        self.0.add(certificate).map_err(|_| RootsError)
    }

    /// These and those of the machine.
    pub(crate) fn with_machine(&self) -> RootCertStore {
        let mut roots = self.0.clone();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused() {
        let begin = "-----BEGIN CERTIFICATE-----\n";
        for text in ["", "hello", begin, &format!("{begin}AAAA\n-----END CERTIFICATE-----\n")] {
            assert_eq!(Roots::read(text.as_bytes()).unwrap_err(), RootsError, "{text}");
        }
        assert_eq!(Roots::of(b"hello".to_vec()).unwrap_err(), RootsError);
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        assert_eq!(Roots::of(made.cert.der().to_vec()).unwrap().0.len(), 1);
    }
}
