//! Chooses the form of an answer by the `Accept` header (RFC 9110, section 12.5.1).

use http::HeaderMap;
use http::header;

use crate::problem::{Fault, Problem};

/// The forms in which lists and records go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `application/json`.
    Json,
    /// `application/x-ndjson`: one JSON value on each line.
    Lines,
    /// `text/csv`.
    Csv,
    /// `text/event-stream`.
    Events,
    /// `text/html`.
    Html,
}

impl Form {
    fn media_type(self) -> (&'static str, &'static str) {
        match self {
            Self::Json => ("application", "json"),
            Self::Lines => ("application", "x-ndjson"),
            Self::Csv => ("text", "csv"),
            Self::Events => ("text", "event-stream"),
            Self::Html => ("text", "html"),
        }
    }
}

/// The first of the offered forms that the caller likes best; the first of all when the caller does not say.
pub(crate) fn choose(headers: &HeaderMap, offered: &[Form]) -> Result<Form, Problem> {
    let accepted: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let mut best: Option<(u16, Form)> = None;
    for form in offered {
        let quality = if accepted.is_empty() { 1000 } else { quality_of(*form, &accepted) };
        if quality > 0 && best.is_none_or(|(best_quality, _)| quality > best_quality) {
            best = Some((quality, *form));
        }
    }
    best.map(|(_, form)| form).ok_or_else(|| not_acceptable(offered))
}

/// The quality that the most exact matching range gives to a form, in thousandths.
fn quality_of(form: Form, accepted: &[&str]) -> u16 {
    let (main, sub) = form.media_type();
    let mut found: Option<(u8, u16)> = None;
    for range in accepted.iter().flat_map(|line| line.split(',')).take(RANGES_MAX) {
        let mut pieces = range.split(';').map(str::trim);
        let essence = pieces.next().unwrap_or_default();
        let exactness = match essence.split_once('/') {
            Some((a, b)) if a.eq_ignore_ascii_case(main) && b.eq_ignore_ascii_case(sub) => 3,
            Some((a, "*")) if a.eq_ignore_ascii_case(main) => 2,
            Some(("*", "*")) => 1,
            _ => continue,
        };
        let quality = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(1000, thousandths);
        if found.is_none_or(|(best, _)| exactness > best) {
            found = Some((exactness, quality));
        }
    }
    found.map_or(0, |(_, quality)| quality)
}

const RANGES_MAX: usize = 32;

pub(crate) fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole == "1" {
        return 1000;
    }
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    digits.parse().unwrap_or_default()
}

fn not_acceptable(offered: &[Form]) -> Problem {
    let names: Vec<String> = offered
        .iter()
        .map(|form| {
            let (main, sub) = form.media_type();
            format!("{main}/{sub}")
        })
        .collect();
    Problem::from(Fault::NotAcceptable).saying(format!("this address answers as {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Result<Form, Fault> {
        let headers: HeaderMap = [(header::ACCEPT, accept.parse().unwrap())].into_iter().collect();
        choose(&headers, &[Form::Json, Form::Csv, Form::Lines]).map_err(|problem| problem.fault())
    }

    #[test]
    fn the_caller_chooses_the_form() {
        for (accept, expected) in [
            ("*/*", Ok(Form::Json)),
            ("text/csv", Ok(Form::Csv)),
            ("text/*", Ok(Form::Csv)),
            ("application/json;q=0.5, application/x-ndjson", Ok(Form::Lines)),
            ("application/json;q=0, */*;q=0.1", Ok(Form::Csv)),
            ("image/png", Err(Fault::NotAcceptable)),
        ] {
            assert_eq!(chosen(accept), expected, "{accept}");
        }
        assert_eq!(choose(&HeaderMap::new(), &[Form::Csv]).unwrap(), Form::Csv);
    }
}
