//! Who signed a bundle, as the console says it.

use minijinja::{Value, context};
use tiwizi_host::trust::Signer;
use tiwizi_model::PublicKey;

/// So many letters of a key are enough to tell publishers apart; the whole key stands behind them, for comparing.
const KEY_LETTERS: usize = 16;

/// The signer's name. Without a certificate nobody says whose the key is: then there is no name, and the key is shown.
pub(super) fn signer(signer: &Signer) -> Value {
    let name = Some(&*signer.name).filter(|name| !name.is_empty());
    context! { name, key => signer.key.to_string(), short => short(signer.key) }
}

/// The beginning of a key.
fn short(key: PublicKey) -> String {
    let letters: String = key.to_string().chars().take(KEY_LETTERS).collect();
    format!("{letters}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signer_without_a_certificate_has_a_short_key_and_no_name() {
        let of = |name: &str| signer(&Signer { name: name.to_owned(), key: PublicKey([0xab; 32]) });
        let shown = |value: &Value, field: &str| value.get_attr(field).unwrap().to_string();
        let unknown = of("");
        assert!(unknown.get_attr("name").unwrap().is_none());
        assert_eq!(shown(&unknown, "short"), "abababababababab…");
        assert_eq!(shown(&unknown, "key"), "ab".repeat(32));
        assert_eq!(shown(&of("Coopérative Tifawin"), "name"), "Coopérative Tifawin");
    }
}
