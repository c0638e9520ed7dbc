//! Places: provinces and the dated sets of them that instances and roles are bounded by.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The HCP code of a province or prefecture, `RR.PPP` (`09.541` is Taroudannt).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProvinceCode {
    region: u8,
    province: u16,
}

/// A text that is not of the form `RR.PPP`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a province code (RR.PPP is expected, as in 09.541)")]
pub struct ProvinceCodeError {
    text: String,
}

impl ProvinceCode {
    /// The code of its region, `01` to `12`.
    #[must_use]
    pub fn region(self) -> String {
        format!("{:02}", self.region)
    }
}

impl fmt::Display for ProvinceCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}.{:03}", self.region, self.province)
    }
}

impl FromStr for ProvinceCode {
    type Err = ProvinceCodeError;
    fn from_str(text: &str) -> Result<Self, ProvinceCodeError> {
        let refused = || ProvinceCodeError { text: text.chars().take(crate::limits::ECHO_CHARS_MAX).collect() };
        let (region, province) = text.split_once('.').ok_or_else(refused)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if region.len() != 2 || province.len() != 3 || !digits(region) || !digits(province) {
            return Err(refused());
        }
        Ok(Self { region: region.parse().map_err(|_| refused())?, province: province.parse().map_err(|_| refused())? })
    }
}

/// The provinces that an instance serves or a role reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Jurisdiction {
    /// Every province, also those that are created later.
    Nation,
    /// These provinces.
    Provinces(BTreeSet<ProvinceCode>),
}

impl Jurisdiction {
    /// Whether a thing in that province is inside. What has no province is inside the nation only.
    #[must_use]
    pub fn holds(&self, province: Option<ProvinceCode>) -> bool {
        match self {
            Self::Nation => true,
            Self::Provinces(set) => province.is_some_and(|province| set.contains(&province)),
        }
    }
}

impl FromStr for Jurisdiction {
    type Err = ProvinceCodeError;
    /// Reads `all` or `09.541,09.551`.
    fn from_str(text: &str) -> Result<Self, ProvinceCodeError> {
        if text == "all" {
            return Ok(Self::Nation);
        }
        let codes: Result<BTreeSet<ProvinceCode>, _> = text.split(',').map(|code| code.trim().parse()).collect();
        codes.map(Self::Provinces)
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nation => formatter.write_str("all"),
            Self::Provinces(set) => {
                let codes: Vec<String> = set.iter().map(ToString::to_string).collect();
                formatter.write_str(&codes.join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_province_code_is_two_digits_a_dot_and_three() {
        for text in ["9.541", "09541", "09.54", "09.54a", "", "09.541.07", "٠٩.٥٤١"] {
            assert!(text.parse::<ProvinceCode>().is_err(), "{text}");
        }
        let code: ProvinceCode = "09.541".parse().unwrap();
        assert_eq!((code.region(), code.to_string()), ("09".into(), "09.541".into()));
    }

    #[test]
    fn what_has_no_province_is_inside_the_nation_only() {
        let taroudannt: Jurisdiction = "09.541".parse().unwrap();
        assert!(Jurisdiction::Nation.holds(None));
        assert!(!taroudannt.holds(None));
        assert!(taroudannt.holds("09.541".parse().ok()));
        assert!(!taroudannt.holds("09.551".parse().ok()));
    }
}
