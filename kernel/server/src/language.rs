//! Which language a request is answered in: the address first, then the account, the cookie, `Accept-Language`.

use http::HeaderMap;
use http::header;
use tiwizi_model::Language;

use crate::cookie;

/// The cookie that remembers the choice.
pub(crate) const COOKIE: &str = "tiwizi-language";

/// How many ranges of `Accept-Language` are read.
const RANGES_MAX: usize = 16;

/// The language that an address names.
pub(crate) fn of_address(path: &str) -> Option<Language> {
    path.split('/').nth(1)?.parse().ok()
}

/// The language for an address that names none.
pub(crate) fn choose(account: Option<Language>, headers: &HeaderMap) -> Language {
    account
        .or_else(|| cookie::find(headers, COOKIE).and_then(|tag| tag.parse().ok()))
        .or_else(|| accepted(headers))
        .unwrap_or(Language::Arabic)
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut ranges: Vec<(u16, Language)> = text.split(',').take(RANGES_MAX).filter_map(read_range).collect();
    // The sort is stable: of equal quality, the first one stays first.
    ranges.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    ranges.first().map(|(_, language)| *language)
}

/// Reads `fr-MA;q=0.8`. `ar-MA` is Arabic: Darija is chosen by its own tag only.
fn read_range(range: &str) -> Option<(u16, Language)> {
    let mut pieces = range.split(';').map(str::trim);
    let tag = pieces.next()?.to_ascii_lowercase();
    let primary = tag.split('-').next()?;
    let language = match primary {
        "ber" | "amz" => Language::StandardAmazigh,
        _ => primary.parse().ok()?,
    };
    let quality = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(1000, crate::accepts::thousandths);
    (quality > 0).then_some((quality, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept_language: &str, cookies: &str) -> Language {
        let headers: HeaderMap =
            [(header::ACCEPT_LANGUAGE, accept_language.parse().unwrap()), (header::COOKIE, cookies.parse().unwrap())]
                .into_iter()
                .collect();
        choose(None, &headers)
    }

    #[test]
    fn the_cookie_wins_over_the_browser() {
        assert_eq!(chosen("fr", "a=b; tiwizi-language=shi"), Language::Tachelhit);
        assert_eq!(chosen("fr", "tiwizi-language=xx"), Language::French);
    }

    #[test]
    fn the_browser_says_which_it_likes_best() {
        assert_eq!(chosen("en-GB, fr-MA;q=0.5, rif;q=0.9", ""), Language::Tarifit);
        assert_eq!(chosen("ar-MA, fr", ""), Language::Arabic);
        assert_eq!(chosen("en", ""), Language::Arabic);
        assert_eq!(chosen("fr;q=0, shi;q=0.1", ""), Language::Tachelhit);
    }

    #[test]
    fn an_address_names_its_language() {
        assert_eq!(of_address("/tzm/p/training"), Some(Language::CentralAtlas));
        assert_eq!(of_address("/api/v1"), None);
    }
}
