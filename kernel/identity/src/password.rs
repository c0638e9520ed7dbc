//! Passwords: how they are compared, and which are refused.
//!
//! A password is compared after Unicode normalisation NFKC, so that it is the same from every keyboard; it is never
//! trimmed and never cut. Any script is welcome.

use std::fmt;

use tiwizi_model::limits::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN};
use unicode_normalization::UnicodeNormalization as _;

/// A password as it was typed, normalised. It is never printed.
#[derive(Clone)]
pub struct Password(String);

/// Why a password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters.
    #[error("a password has at least {PASSWORD_CHARS_MIN} characters")]
    Short,
    /// Too many bytes.
    #[error("a password has at most {PASSWORD_BYTES_MAX} bytes")]
    Long,
    /// Among the first that anybody tries.
    #[error("this password is one of those that are tried first; choose another")]
    Common,
    /// The name or the address of its owner.
    #[error("a password is not the name or the e-mail address of its owner")]
    Personal,
}

impl Password {
    /// Takes what was typed.
    ///
    /// # Errors
    /// When it is longer than any password may be.
    pub fn typed(text: &str) -> Result<Self, PasswordError> {
        if text.len() > PASSWORD_BYTES_MAX {
            return Err(PasswordError::Long);
        }
        let normal: String = text.nfkc().collect();
        if normal.len() > PASSWORD_BYTES_MAX { Err(PasswordError::Long) } else { Ok(Self(normal)) }
    }

    /// Takes what was typed as the new password of the account with that address and name.
    ///
    /// # Errors
    /// When it is too short, too long, or easy to guess.
    pub fn chosen(text: &str, email: &str, name: &str) -> Result<Self, PasswordError> {
        let password = Self::typed(text)?;
        if password.0.chars().count() < PASSWORD_CHARS_MIN {
            return Err(PasswordError::Short);
        }
        let plain = plain(&password.0);
        let local = email.split('@').next().unwrap_or_default();
        if [email, local, name].into_iter().any(|known| plain == self::plain(known)) {
            return Err(PasswordError::Personal);
        }
        if is_common(&plain) { Err(PasswordError::Common) } else { Ok(password) }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

/// Lower case letters and digits alone: `Passw0rd!!` and `passw0rd` are the same guess.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn is_common(plain: &str) -> bool {
    let mut letters = plain.chars();
    let one_letter = letters.next().is_none_or(|first| letters.all(|letter| letter == first));
    let bare = plain.trim_end_matches(|letter: char| letter.is_numeric());
    let unit = (1..=plain.len() / 2)
        .filter(|length| plain.is_char_boundary(*length) && plain.len().is_multiple_of(*length))
        .find_map(|length| plain.get(..length).filter(|unit| unit.repeat(plain.len() / length) == plain));
    let listed = |text: &str| COMMON.binary_search(&text).is_ok();
    one_letter || listed(plain) || listed(bare) || unit.is_some_and(|unit| unit.len() <= 3 || listed(unit))
}

/// The hundred guesses that come first, sorted; digits behind a word and a word said twice are taken off before looking.
const COMMON: [&str; 100] = [
    "0123456789",
    "0987654321",
    "1029384756",
    "11223344",
    "1122334455",
    "1234",
    "12341234",
    "12345",
    "123456",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "123456789a",
    "123qwe",
    "147258369",
    "1q2w3e",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "1qaz2wsx3edc",
    "987654321",
    "9876543210",
    "abcd",
    "abcde",
    "abcdef",
    "abcdefg",
    "abcdefgh",
    "abcdefghij",
    "admin",
    "administrateur",
    "administrator",
    "agadir",
    "allah",
    "aqwzsx",
    "asdfgh",
    "asdfghjkl",
    "azerty",
    "azertyui",
    "azertyuiop",
    "azul",
    "barcelona",
    "bienvenue",
    "bismillah",
    "casablanca",
    "changeme",
    "chocolat",
    "chocolate",
    "cooperative",
    "dragon",
    "fatima",
    "football",
    "hamdoulah",
    "hamdullah",
    "iloveyou",
    "inchallah",
    "jetaime",
    "letmein",
    "liverpool",
    "login",
    "maghrib",
    "marhaba",
    "maroc",
    "marrakech",
    "master",
    "michael",
    "mohamed",
    "mohammed",
    "monkey",
    "morocco",
    "motdepasse",
    "muhammad",
    "p4ssw0rd",
    "passw0rd",
    "passwd",
    "password",
    "princess",
    "qazwsx",
    "qwerty",
    "qwertyui",
    "qwertyuiop",
    "rabat",
    "realmadrid",
    "root",
    "secret",
    "soleil",
    "sunshine",
    "superman",
    "tamazight",
    "tanmirt",
    "test",
    "tiwizi",
    "user",
    "welcome",
    "yasmine",
    "youssef",
    "zaq12wsx",
    "zxcvbn",
    "zxcvbnm",
    "كلمةالسر",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> Option<PasswordError> {
        Password::chosen(text, "fadma@example.org", "Fadma Aït Ali").err()
    }

    #[test]
    fn the_list_is_sorted_so_that_it_can_be_searched() {
        assert!(COMMON.is_sorted(), "{:?}", COMMON.windows(2).find(|pair| pair[0] > pair[1]));
    }

    #[test]
    fn easy_guesses_are_refused() {
        for text in [
            "password123",
            "Motdepasse2024!",
            "azertyuiop",
            "aaaaaaaaaaaa",
            "1234567890",
            "tiwizitiwizi",
            "abcabcabcabc",
            "12121212121212",
        ] {
            assert_eq!(refusal(text), Some(PasswordError::Common), "{text}");
        }
        assert_eq!(refusal("fadma@example.org"), Some(PasswordError::Personal));
        assert_eq!(refusal("fadma ait ali"), None);
        assert_eq!(refusal("FADMA AÏT ALI"), Some(PasswordError::Personal));
        assert_eq!(refusal("ⵣⵣⵣ"), Some(PasswordError::Short));
    }

    #[test]
    fn any_script_is_welcome_up_to_the_limit() {
        for text in
            ["تعاونية أركان في سوس ماسة منذ سنين", "ⵜⵉⵡⵉⵣⵉ ⵏ ⵉⵎⵓⵔⴰⵏ ⵏ ⵙⵓⵙ", &"ⴰⴱⵛⴷ".repeat(16), "correct horse battery"]
        {
            assert_eq!(refusal(text), None, "{text}");
        }
        assert_eq!(refusal(&"x1y2".repeat(257)), Some(PasswordError::Long));
    }

    #[test]
    fn the_same_letters_from_two_keyboards_are_the_same_password() {
        let (composed, decomposed) =
            (Password::typed("été à Agadir").unwrap(), Password::typed("e\u{301}te\u{301} a\u{300} Agadir").unwrap());
        assert_eq!(composed.as_bytes(), decomposed.as_bytes());
        assert!(!format!("{composed:?}").contains("Agadir"));
    }
}
