//! The rules in whose place an operator may put a file: which records count as the same, and how fast the office answers.
//!
//! They are read when an instance is opened, and handed down. A file that is missing or wrong stops the start; the rule of the program does
//! not step in for it, because nobody would notice. What the nation has published and this instance applied (`published`) goes before the
//! program's rule and behind the operator's file, and through the same checks.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tiwizi_model::limits::RULE_FILE_BYTES_MAX;

use crate::duplicates::{RuleBook, RuleError};
use crate::office_rule::{OfficeRule, OfficeRuleError};
use crate::published::{DUPLICATES, OFFICE, Published};

/// What some editors write before the text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Where the rules lie; none takes the one that comes with the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleFiles {
    /// Which records count as the same: the setting `duplicates_rule`.
    pub duplicates: Option<PathBuf>,
    /// How fast the office answers: the setting `office_rule`.
    pub office: Option<PathBuf>,
}

/// The rules by which an instance goes.
#[derive(Debug, Clone)]
pub struct OperatorRules {
    /// Which records count as the same.
    pub duplicates: Arc<RuleBook>,
    /// How fast the office answers.
    pub office: Arc<OfficeRule>,
}

/// Why a rule cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleFileError {
    /// The file cannot be read.
    #[error("could not read the file of the setting {setting}, {}", path.display())]
    Read {
        /// Which setting.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It is too long for a rule.
    #[error("the file of the setting {setting}, {}, is longer than {RULE_FILE_BYTES_MAX} bytes", path.display())]
    Long {
        /// Which setting.
        setting: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// The rule of duplicates is not right.
    #[error("the rule in {place} is not right")]
    Duplicates {
        /// The file, and the setting that names it.
        place: String,
        /// What is wrong.
        #[source]
        source: RuleError,
    },
    /// The rule of the office is not right.
    #[error("the rule in {place} is not right")]
    Office {
        /// The file, and the setting that names it.
        place: String,
        /// What is wrong.
        #[source]
        source: OfficeRuleError,
    },
}

impl RuleFiles {
    /// Reads and checks the rules.
    ///
    /// # Errors
    /// When a file cannot be read or is not right: which one, and what is wrong.
    pub fn read(&self) -> Result<OperatorRules, RuleFileError> {
        self.read_over(&Published::default())
    }

    /// The same where something was published and applied.
    ///
    /// # Errors
    /// As `read`; also when what was published is not right.
    pub fn read_over(&self, published: &Published) -> Result<OperatorRules, RuleFileError> {
        let (duplicates, office) = (self.duplicates(published)?, self.office(published)?);
        Ok(OperatorRules { duplicates: Arc::new(duplicates), office: Arc::new(office) })
    }

    fn duplicates(&self, published: &Published) -> Result<RuleBook, RuleFileError> {
        let (setting, path) = ("duplicates_rule", self.duplicates.as_deref());
        let text = published.text(DUPLICATES).filter(|_| path.is_none());
        let book = match (path, text) {
            (Some(path), _) => RuleBook::parse(&bytes(setting, path)?),
            (None, Some(text)) => RuleBook::parse(without_mark(text)),
            (None, None) => RuleBook::own(),
        };
        let place = || place(setting, path, text.is_some());
        book.map_err(|source| RuleFileError::Duplicates { place: place(), source })
    }

    fn office(&self, published: &Published) -> Result<OfficeRule, RuleFileError> {
        let (setting, path) = ("office_rule", self.office.as_deref());
        let text = published.text(OFFICE).filter(|_| path.is_none());
        let rule = match (path, text) {
            (Some(path), _) => OfficeRule::read(&bytes(setting, path)?),
            (None, Some(text)) => OfficeRule::read(without_mark(text)),
            (None, None) => OfficeRule::own(),
        };
        let place = || place(setting, path, text.is_some());
        rule.map_err(|source| RuleFileError::Office { place: place(), source })
    }
}

/// The text of a file, up to its bound.
fn bytes(setting: &'static str, path: &Path) -> Result<Vec<u8>, RuleFileError> {
    let failed = |source| RuleFileError::Read { setting, path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let mut text = Vec::new();
    let read = file.take(RULE_FILE_BYTES_MAX.saturating_add(1)).read_to_end(&mut text).map_err(failed)?;
    if u64::try_from(read).is_ok_and(|read| read > RULE_FILE_BYTES_MAX) {
        return Err(RuleFileError::Long { setting, path: path.to_owned() });
    }
    Ok(without_mark(&text).to_vec())
}

fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

fn place(setting: &str, path: Option<&Path>, is_published: bool) -> String {
    match path {
        Some(path) => format!("{} (setting {setting})", path.display()),
        None if is_published => format!("a package of the nation that was applied (setting {setting})"),
        None => format!("the program (setting {setting})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// An error with its causes, as the command line shows it.
    fn told(error: &RuleFileError) -> String {
        let (mut text, mut source) = (error.to_string(), std::error::Error::source(error));
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        text
    }

    fn file(folder: &tempfile::TempDir, name: &str, content: impl AsRef<[u8]>) -> Option<PathBuf> {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        Some(path)
    }

    #[test]
    fn without_files_the_rules_of_the_program_hold() {
        let rules = RuleFiles::default().read().unwrap();
        assert_eq!((&*rules.duplicates, &*rules.office), (&RuleBook::own().unwrap(), &OfficeRule::own().unwrap()));
    }

    #[test]
    fn a_file_takes_the_place_of_the_rule_of_the_program_with_or_without_a_byte_order_mark() {
        let folder = tempfile::tempdir().unwrap();
        let duplicates = include_str!("../../../manifests/rules/duplicates.json").replace("2014-12-18", "2020-01-01");
        let office = include_str!("../../../manifests/rules/office.json").replace("\"value\": 30", "\"value\": 10");
        let files = RuleFiles {
            duplicates: file(&folder, "duplicates.json", format!("\u{feff}{duplicates}")),
            office: file(&folder, "office.json", office),
        };
        let rules = files.read().unwrap();
        assert_eq!(rules.duplicates.at(day("2026-01-01")).effective_from, day("2020-01-01"));
        assert_eq!(rules.office.answer_by("filing-submitted", day("2026-01-02")), day("2026-01-12"));
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named_with_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let own = include_str!("../../../manifests/rules/duplicates.json");
        let office = include_str!("../../../manifests/rules/office.json");
        let long = vec![b' '; usize::try_from(RULE_FILE_BYTES_MAX).unwrap() + 1];
        for (name, content, wanted) in [
            ("cut.json", own.as_bytes()[..200].to_vec(), "line"),
            (
                "points.json",
                own.replace("\"name_points\": 60", "\"name_points\": 160").into_bytes(),
                "name_points is 160",
            ),
            ("long.json", long, "longer than"),
        ] {
            let files = RuleFiles { duplicates: file(&folder, name, content), office: None };
            let text = told(&files.read().unwrap_err());
            assert!([name, "duplicates_rule", wanted].iter().all(|word| text.contains(word)), "{name}: {text}");
        }
        let wrong = office.replace("filing-submitted", "filing-submited");
        let files = RuleFiles { duplicates: None, office: file(&folder, "office.json", wrong) };
        let text = told(&files.read().unwrap_err());
        assert!(["office.json", "office_rule", "filing-submitted"].iter().all(|word| text.contains(word)), "{text}");
        let files = RuleFiles { duplicates: None, office: Some(folder.path().join("nowhere.json")) };
        let text = told(&files.read().unwrap_err());
        assert!(text.contains("nowhere.json") && text.contains("office_rule"), "{text}");
    }

    #[test]
    fn what_was_published_goes_before_the_program_and_behind_the_operator() {
        let folder = tempfile::tempdir().unwrap();
        let own = include_str!("../../../manifests/rules/office.json");
        let published = own.replace("\"value\": 30", "\"value\": 20");
        let published = Published::new([(OFFICE.to_owned(), published.into_bytes())].into());
        let answer_by = |rules: &OperatorRules| rules.office.answer_by("filing-submitted", day("2026-01-02"));
        assert_eq!(answer_by(&RuleFiles::default().read_over(&published).unwrap()), day("2026-01-22"));
        let office = file(&folder, "office.json", own.replace("\"value\": 30", "\"value\": 10"));
        let files = RuleFiles { duplicates: None, office };
        assert_eq!(answer_by(&files.read_over(&published).unwrap()), day("2026-01-12"));
        let wrong = Published::new([(DUPLICATES.to_owned(), b"{}".to_vec())].into());
        let text = told(&RuleFiles::default().read_over(&wrong).unwrap_err());
        assert!(text.contains("package") && text.contains("duplicates_rule"), "{text}");
    }
}
