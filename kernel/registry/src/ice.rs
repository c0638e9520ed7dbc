//! The ICE, *identifiant commun de l'entreprise*: 15 digits, of which the last two are a check.
//!
//! Nine digits for the enterprise, four for the establishment, two for the check: the whole number is a multiple of 97.
//! Where the check could be 00 or 97 both are valid. It is kept as text, because zeros lead.

/// How many digits it has.
pub const DIGITS: usize = 15;

/// Why a text is no ICE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IceError {
    /// Not fifteen digits.
    #[error("an ICE has 15 digits")]
    Length,
    /// The check digits do not fit the rest.
    #[error("the check digits of this ICE are wrong; most often a digit was mistyped")]
    Check,
}

/// Reads an ICE as people write it: spaces are dropped, everything else must be right.
///
/// # Errors
/// When it has not 15 digits, or its check digits are wrong.
pub fn parse(text: &str) -> Result<String, IceError> {
    let compact: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    check(&compact)?;
    Ok(compact)
}

/// Checks an ICE in the form in which it is kept.
///
/// # Errors
/// As `parse`.
pub fn check(text: &str) -> Result<(), IceError> {
    if text.len() != DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(IceError::Length);
    }
    let number: u64 = text.parse().map_err(|_| IceError::Length)?;
    if number.is_multiple_of(97) { Ok(()) } else { Err(IceError::Check) }
}

/// The ICE of an enterprise and an establishment. Numbers that are too long are cut to their last digits.
#[must_use]
pub fn generate(enterprise: u64, establishment: u64) -> String {
    let first = enterprise % 1_000_000_000 * 10_000 + establishment % 10_000;
    let check = 97 - first * 100 % 97;
    format!("{first:013}{check:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_number_is_a_multiple_of_97() {
        for (text, expected) in [
            ("001561191000066", Ok(())),
            ("002136093000040", Ok(())),
            ("001561191000065", Err(IceError::Check)),
            ("001561191000166", Err(IceError::Check)),
            ("00156119100006", Err(IceError::Length)),
            ("0015611910000660", Err(IceError::Length)),
            ("00156119100006A", Err(IceError::Length)),
            ("٠٠١٥٦١١٩١٠٠٠٠٦٦", Err(IceError::Length)),
            ("-01561191000066", Err(IceError::Length)),
            ("", Err(IceError::Length)),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
    }

    #[test]
    fn spaces_are_dropped_and_zeros_stay() {
        assert_eq!(parse(" 001 561 191 0000 66\u{a0}").as_deref(), Ok("001561191000066"));
    }

    #[test]
    fn where_00_and_97_both_fit_both_are_taken() {
        let first = (0..97_u64).map(|n| 10_000_000_000 + n).find(|first| first * 100 % 97 == 0).unwrap();
        assert_eq!(check(&format!("{first:013}00")), Ok(()));
        assert_eq!(check(&format!("{first:013}97")), Ok(()));
    }

    #[test]
    fn what_is_generated_is_valid() {
        for enterprise in (0..2_000_000_000).step_by(99_999_989) {
            let ice = generate(enterprise, enterprise % 7);
            assert_eq!(check(&ice), Ok(()), "{ice}");
        }
    }
}
