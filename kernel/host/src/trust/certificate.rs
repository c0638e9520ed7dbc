//! Certificates: one key says what another key may do, for which plugins and until when.

use std::fmt;
use std::str::FromStr;

use tiwizi_model::{IdPrefixes, Instant, PublicKey, TrustLevel, limits};
use tiwizi_registry::day::Day;

use super::key::{SecretKey, Signer};
use super::note::{Lines, NoteError, signature_line, utf8, verify};

pub(super) const WHAT: &str = "a certificate";
const TITLE: &str = "tiwizi certificate v1";
/// 2100-01-01: a development key has no end of its own.
const DEVELOPMENT_UNTIL_MS: i64 = 4_102_444_800_000;

/// What a key is certified for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// To sign bundles.
    Publish,
    /// To certify other keys.
    Certify,
}

/// A text that is no use of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("publish or certify is expected")]
pub struct UseError;

impl FromStr for Use {
    type Err = UseError;
    fn from_str(text: &str) -> Result<Self, UseError> {
        match text {
            "publish" => Ok(Self::Publish),
            "certify" => Ok(Self::Certify),
            _ => Err(UseError),
        }
    }
}

impl fmt::Display for Use {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Publish => "publish",
            Self::Certify => "certify",
        })
    }
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Of whom.
    pub holder: Signer,
    /// How far the holder is to be trusted.
    pub level: TrustLevel,
    /// For what.
    pub purpose: Use,
    /// For which plugins.
    pub prefixes: IdPrefixes,
    /// The first day on which it holds.
    pub from: Day,
    /// The last one.
    pub until: Day,
}

/// A certificate whose signature is that of its issuer. Whether anybody trusts the issuer is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// What it says.
    pub terms: Terms,
    /// Who says so.
    pub issuer: PublicKey,
    signature: [u8; 64],
}

impl Certificate {
    /// Certifies a key.
    #[must_use]
    pub fn issue(terms: Terms, issuer: &SecretKey) -> Self {
        let key = issuer.public();
        let signature = issuer.sign(&signed_text(&terms, key));
        Self { terms, issuer: key, signature }
    }

    /// What a key says of itself when nobody else speaks for it: accepted with `--dev`, or by an instance that trusts the key.
    #[must_use]
    pub fn for_development(key: &SecretKey) -> Self {
        let (from, until) = (Day::of(Instant(0)), Day::of(Instant(DEVELOPMENT_UNTIL_MS)));
        let (level, purpose, prefixes) = (TrustLevel::Local, Use::Publish, IdPrefixes::every());
        Self::issue(Terms { holder: key.signer(), level, purpose, prefixes, from, until }, key)
    }

    /// Reads one certificate.
    ///
    /// # Errors
    /// When the text is none, or its signature does not fit.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = Lines::open(WHAT, TITLE, text, limits::CERTIFICATE_BYTES_MAX)?;
        let terms = Terms {
            holder: Signer { name: lines.words("name")?, key: lines.value("key")? },
            level: lines.value("level")?,
            purpose: lines.value("use")?,
            prefixes: lines.value("prefixes")?,
            from: lines.value("from")?,
            until: lines.value("until")?,
        };
        let issuer = lines.value("issuer")?;
        let certificate = Self { terms, issuer, signature: lines.signature()? };
        lines.end(text, &certificate.text())?;
        let signed = signed_text(&certificate.terms, issuer);
        verify(WHAT, &signed, issuer, &certificate.signature)?;
        Ok(certificate)
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        signed_text(&self.terms, self.issuer) + &signature_line(&self.signature)
    }

    /// Whether the key certifies itself, as a trust root does.
    #[must_use]
    pub fn is_of_itself(&self) -> bool {
        self.issuer == self.terms.holder.key
    }
}

fn signed_text(terms: &Terms, issuer: PublicKey) -> String {
    let Terms { holder, level, purpose, prefixes, from, until } = terms;
    format!(
        "{TITLE}\nname: {}\nkey: {}\nlevel: {level}\nuse: {purpose}\nprefixes: {prefixes}\nfrom: {from}\nuntil: {until}\nissuer: {issuer}\n",
        holder.name, holder.key
    )
}

/// Reads a file of certificates with an empty line between them: a publisher's first, then that of its issuer, and so on.
///
/// # Errors
/// When there is none or there are too many, or one is not a certificate.
pub fn read_certificates(bytes: &[u8]) -> Result<Vec<Certificate>, NoteError> {
    let text = utf8(WHAT, bytes)?;
    let parts: Vec<&str> = text.splitn(limits::CERTIFICATES_MAX.saturating_add(1), "\n\n").collect();
    if parts.len() > limits::CERTIFICATES_MAX {
        return Err(NoteError::Long { what: "a file of certificates", bytes_max: limits::SIGNATURE_BYTES_MAX });
    }
    let last = parts.len().saturating_sub(1);
    let whole = |(position, part): (usize, &&str)| {
        // The line break before an empty line belongs to the certificate that it ends.
        Certificate::parse(&if position < last { format!("{part}\n") } else { (*part).to_owned() })
    };
    parts.iter().enumerate().map(whole).collect()
}

/// The text of such a file.
#[must_use]
pub fn certificates_text(certificates: &[Certificate]) -> String {
    certificates.iter().map(Certificate::text).collect::<Vec<_>>().join("\n")
}
