//! Parts of files (RFC 9110, section 14): one range per request; several are answered with the whole file, which the
//! RFC allows.

use http::HeaderMap;
use http::header;

/// What a request wants of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    Whole,
    /// The bytes from `first` to `last`, both included.
    Part {
        /// The first byte.
        first: u64,
        /// The last byte.
        last: u64,
    },
    /// A part that does not exist.
    Nothing,
}

impl Wanted {
    /// Reads the `Range` header against a file of that size. `If-Range` counts only with the file's own tag.
    pub(crate) fn of(headers: &HeaderMap, size: u64, tag: &str) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let Some(range) = text(header::RANGE) else { return Self::Whole };
        if text(header::IF_RANGE).is_some_and(|seen| seen != tag) {
            return Self::Whole;
        }
        let Some(spec) = range.strip_prefix("bytes=") else { return Self::Whole };
        if spec.contains(',') {
            return Self::Whole;
        }
        let Some((first, last)) = spec.trim().split_once('-') else { return Self::Whole };
        match (number(first), number(last)) {
            (Some(first), _) if first >= size => Self::Nothing,
            (Some(first), Some(last)) if last < first => Self::Whole,
            (Some(first), Some(last)) => Self::Part { first, last: last.min(size.saturating_sub(1)) },
            (Some(first), None) if last.is_empty() => Self::Part { first, last: size.saturating_sub(1) },
            (None, Some(0)) if first.is_empty() => Self::Nothing,
            (None, Some(_)) if first.is_empty() && size == 0 => Self::Nothing,
            (None, Some(tail)) if first.is_empty() => {
                Self::Part { first: size.saturating_sub(tail), last: size.saturating_sub(1) }
            }
            _ => Self::Whole,
        }
    }
}

fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(range: &str) -> Wanted {
        let headers: HeaderMap = [(header::RANGE, range.parse().unwrap())].into_iter().collect();
        Wanted::of(&headers, 100, "\"tag\"")
    }

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        for (range, expected) in [
            ("bytes=0-9", Wanted::Part { first: 0, last: 9 }),
            ("bytes=90-", Wanted::Part { first: 90, last: 99 }),
            ("bytes=-10", Wanted::Part { first: 90, last: 99 }),
            ("bytes=-1000", Wanted::Part { first: 0, last: 99 }),
            ("bytes=50-1000", Wanted::Part { first: 50, last: 99 }),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=9-0", Wanted::Whole),
            ("bytes=0-1,5-6", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("lines=0-9", Wanted::Whole),
        ] {
            assert_eq!(wanted(range), expected, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_version_answers_the_whole() {
        let headers: HeaderMap =
            [(header::RANGE, "bytes=0-9".parse().unwrap()), (header::IF_RANGE, "\"old\"".parse().unwrap())]
                .into_iter()
                .collect();
        assert_eq!(Wanted::of(&headers, 100, "\"tag\""), Wanted::Whole);
    }
}
