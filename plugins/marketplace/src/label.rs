//! Labels of origin and quality: whether a claim holds today, by the place, the certificate and the day.
//!
//! A geographical indication has a delimited area, so a cooperative outside of it cannot carry it whatever paper it shows. A certificate
//! holds for its days, for its cooperative and for its label, and only once a registrar has held it against the paper.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use tiwizi_sdk::{Date, Error, Texts};

use crate::kinds::Certificate;

const LABELS: &str = include_str!("../content/labels.json");
/// What a product without a label claims.
pub(crate) const NONE: &str = "none";

/// A label that products may carry.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Label {
    pub(crate) code: String,
    /// `igp`, `aop`, `la` or `organic`.
    pub(crate) kind: String,
    pub(crate) name: Texts,
    /// Its area; empty for the whole country.
    provinces: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    labels: Vec<Label>,
}

/// Whether a claim holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    Valid,
    /// There is no certificate of that number, or it is for another label or another cooperative.
    NoCertificate,
    /// Nobody has held it against the paper yet.
    Unverified,
    NotYet,
    Expired,
    /// The cooperative lies outside of the area.
    WrongPlace,
}

/// Read once for each call: a list asks for the label of each of its products.
static ALL: LazyLock<Option<Vec<Label>>> =
    LazyLock::new(|| serde_json::from_str::<File>(LABELS).ok().map(|file| file.labels));

/// All labels.
///
/// # Errors
/// `internal` when the file is damaged.
pub(crate) fn all() -> Result<&'static [Label], Error> {
    ALL.as_deref().ok_or_else(|| Error::internal("the list of labels is damaged"))
}

/// The label of a code.
///
/// # Errors
/// As [`all`].
pub(crate) fn find(code: &str) -> Result<Option<&'static Label>, Error> {
    Ok(all()?.iter().find(|label| label.code == code))
}

impl Label {
    /// Whether a cooperative of a province may carry it on a day with that certificate.
    pub(crate) fn judge(
        &self,
        cooperative: &str,
        province: &str,
        certificate: Option<&Certificate>,
        today: &Date,
    ) -> Verdict {
        if !self.provinces.is_empty() && !self.provinces.iter().any(|inside| inside == province) {
            return Verdict::WrongPlace;
        }
        let fits = |paper: &&Certificate| paper.label == self.code && paper.cooperative == cooperative;
        match certificate.filter(fits) {
            None => Verdict::NoCertificate,
            Some(paper) if !paper.verified => Verdict::Unverified,
            Some(paper) if *today < paper.from => Verdict::NotYet,
            Some(paper) if *today > paper.until => Verdict::Expired,
            Some(_) => Verdict::Valid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_holds_by_place_certificate_and_day() {
        let label = find("safran-taliouine").unwrap().unwrap();
        let paper = Certificate {
            number: "1".into(),
            cooperative: "c".into(),
            label: "safran-taliouine".into(),
            issuer: "Normacert".into(),
            from: "2026-01-01".parse().unwrap(),
            until: "2026-12-31".parse().unwrap(),
            verified: true,
            example: true,
        };
        let judge = |cooperative: &str, province: &str, paper: Option<&Certificate>, day: &str| {
            label.judge(cooperative, province, paper, &day.parse().unwrap())
        };
        let unverified = Certificate { verified: false, ..paper.clone() };
        let other = Certificate { label: "argane".into(), ..paper.clone() };
        for (cooperative, province, shown, day, verdict) in [
            ("c", "09.541", Some(&paper), "2026-12-31", Verdict::Valid),
            ("c", "09.541", Some(&paper), "2027-01-01", Verdict::Expired),
            ("c", "09.541", Some(&paper), "2025-12-31", Verdict::NotYet),
            ("c", "06.141", Some(&paper), "2026-12-31", Verdict::WrongPlace),
            ("d", "09.541", Some(&paper), "2026-12-31", Verdict::NoCertificate),
            ("c", "09.541", Some(&other), "2026-12-31", Verdict::NoCertificate),
            ("c", "09.541", Some(&unverified), "2026-12-31", Verdict::Unverified),
            ("c", "09.541", None, "2026-12-31", Verdict::NoCertificate),
        ] {
            assert_eq!(judge(cooperative, province, shown, day), verdict);
        }
    }

    #[test]
    fn every_label_has_a_name_and_a_code_of_its_own() {
        let labels = all().unwrap();
        let mut codes: Vec<&str> = labels.iter().map(|label| label.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), labels.len());
        assert!(labels.iter().all(|label| !label.name.is_empty() && label.code != NONE));
    }
}
