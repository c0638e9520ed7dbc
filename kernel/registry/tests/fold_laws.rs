//! Laws of folding, for any text: the search index and every search depend on them.

use proptest::prelude::*;
use tiwizi_model::fold::{fold, words};
use tiwizi_model::limits;

/// Texts as the register has them, and any other.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Zçšɣɛḍḥ ʷ0-9'-]{0,40}",
        "[ابتثأإآةىيءـلل٠-٩ \u{64b}-\u{652}]{0,40}",
        "[ⴰ-ⵥⵯ ]{0,40}",
        "[sšche\u{30c}xkgh ]{0,30}",
    ]
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in texts()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn words_are_apart_by_one_space(text in texts()) {
        let folded = fold(&text);
        prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
        prop_assert!(folded.chars().all(|letter| letter == ' ' || letter.is_alphanumeric()));
    }

    #[test]
    fn a_search_for_the_text_itself_finds_it(text in texts()) {
        let folded = fold(&text);
        let of_text: Vec<&str> = folded.split(' ').collect();
        let short = text.chars().count() <= limits::SEARCH_CHARS_MAX;
        for word in words(&text) {
            prop_assert!(!short || of_text.contains(&word.as_str()), "{word:?} of {folded:?}");
        }
    }

    #[test]
    fn case_makes_no_difference_in_latin(text in "[a-zçéèêàûïœ ]{0,40}") {
        prop_assert_eq!(fold(&text), fold(&text.to_uppercase()));
    }
}
