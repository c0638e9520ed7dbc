//! What is signed: the data of an extract with who certifies it, as one text.
//!
//! The text is written once, when the extract is issued, and kept; the digest is of those bytes. It is read again to show what was
//! certified, never to be written again.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tiwizi_model::limits::{EXTRACT_ACTS_MAX, EXTRACT_OFFICERS_MAX, EXTRACT_TEXT_BYTES_MAX};

use super::data::ExtractData;

/// The form of the text; another one comes with another version of the token.
const FORM: &str = "tiwizi extract v1";

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paper {
    /// A certified extract: all that the register says.
    Extract,
    /// A certificate of registration: that it is registered, where, since when and in which state.
    Certificate,
}

/// A text that names no paper.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a paper is extract or certificate")]
pub struct PaperError;

impl Paper {
    /// Its name, in records, addresses and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::Certificate => "certificate",
        }
    }
}

impl std::str::FromStr for Paper {
    type Err = PaperError;
    fn from_str(text: &str) -> Result<Self, PaperError> {
        [Self::Extract, Self::Certificate].into_iter().find(|paper| paper.name() == text).ok_or(PaperError)
    }
}

/// An extract as it is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certified {
    /// The form of this text.
    form: String,
    /// Which paper.
    pub paper: Paper,
    /// The tag of its language.
    pub language: String,
    /// The id of the instance that certifies it.
    pub instance: String,
    /// The name of that instance, as the paper shows it.
    pub office: String,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub issued_at: i64,
    /// Who issued it; none when the instance did by itself.
    pub issued_by: Option<String>,
    /// What it says.
    pub data: ExtractData,
}

/// Who certifies what, where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) paper: Paper,
    pub(crate) language: String,
    pub(crate) instance: String,
    pub(crate) office: String,
    pub(crate) issued_at: i64,
    pub(crate) issued_by: Option<String>,
}

/// Why something cannot be certified, or is no certified text.
#[derive(Debug, thiserror::Error)]
pub enum CertifiedError {
    /// More than one paper can hold.
    #[error(
        "an extract holds {} officers and {} acts, in {} bytes",
        EXTRACT_OFFICERS_MAX,
        EXTRACT_ACTS_MAX,
        EXTRACT_TEXT_BYTES_MAX
    )]
    Long,
    /// It cannot be written.
    #[error("what is certified cannot be written")]
    Write(#[source] serde_json::Error),
    /// It cannot be read.
    #[error("what was certified cannot be read")]
    Read(#[source] serde_json::Error),
    /// It has another form.
    #[error("what was certified has a form that is not known here")]
    Form,
}

impl Certified {
    pub(crate) fn new(terms: Terms, data: ExtractData) -> Self {
        let Terms { paper, language, instance, office, issued_at, issued_by } = terms;
        Self { form: FORM.to_owned(), paper, language, instance, office, issued_at, issued_by, data }
    }

    /// The text that is signed.
    ///
    /// # Errors
    /// `Long` when one paper cannot hold it.
    pub fn text(&self) -> Result<String, CertifiedError> {
        if self.data.officers.len() > EXTRACT_OFFICERS_MAX || self.data.acts.len() > EXTRACT_ACTS_MAX {
            return Err(CertifiedError::Long);
        }
        let text = serde_json::to_string(self).map_err(CertifiedError::Write)?;
        if text.len() > EXTRACT_TEXT_BYTES_MAX { Err(CertifiedError::Long) } else { Ok(text) }
    }

    /// Reads what was certified.
    ///
    /// # Errors
    /// When it is no such text.
    pub fn read(text: &str) -> Result<Self, CertifiedError> {
        if text.len() > EXTRACT_TEXT_BYTES_MAX {
            return Err(CertifiedError::Long);
        }
        let certified: Self = serde_json::from_str(text).map_err(CertifiedError::Read)?;
        if certified.form == FORM { Ok(certified) } else { Err(CertifiedError::Form) }
    }

    /// The SHA-256 of a text.
    #[must_use]
    pub fn digest(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::data::ExtractAct;

    fn certified(data: ExtractData) -> Certified {
        let terms = Terms {
            paper: Paper::Extract,
            language: "shi".into(),
            instance: "i".into(),
            office: "ⵜⵉⵡⵉⵣⵉ \"1\"".into(),
            issued_at: 1,
            issued_by: None,
        };
        Certified::new(terms, data)
    }

    #[test]
    fn what_is_certified_is_read_as_it_was_written() {
        let data = ExtractData { name_ar: Some("تعاونية\n\u{202e}".into()), ..ExtractData::default() };
        let certified = certified(data);
        let text = certified.text().unwrap();
        assert_eq!(Certified::read(&text).unwrap(), certified);
        assert!(matches!(Certified::read(&text.replace("extract v1", "extract v2")), Err(CertifiedError::Form)));
        assert!(matches!(Certified::read(&text.replace("\"office\"", "\"bureau\"")), Err(CertifiedError::Read(_))));
    }

    #[test]
    fn the_text_has_one_order_that_no_library_decides() {
        let text = certified(ExtractData::default()).text().unwrap();
        assert!(text.starts_with(r#"{"form":"tiwizi extract v1","paper":"extract","language":"shi","instance":"i","#));
        let places =
            ["\"cooperative\"", "\"version\"", "\"name_ar\"", "\"court\"", "\"status\"", "\"officers\"", "\"acts\""]
                .map(|field| text.find(field).unwrap());
        assert!(places.is_sorted(), "{text}");
    }

    #[test]
    fn more_than_a_paper_holds_is_refused() {
        let act = ExtractAct { act: "amendment".into(), effective_on: None, entered_on: None, subject: None };
        let many = ExtractData { acts: vec![act; EXTRACT_ACTS_MAX + 1], ..ExtractData::default() };
        assert!(matches!(certified(many).text(), Err(CertifiedError::Long)));
        let long = ExtractData { address: Some("x".repeat(EXTRACT_TEXT_BYTES_MAX)), ..ExtractData::default() };
        assert!(matches!(certified(long).text(), Err(CertifiedError::Long)));
    }
}
