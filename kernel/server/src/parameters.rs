//! The parameters of an address and the fields of a form: decoded strictly, each taken once, none left over.

use percent_encoding::percent_decode_str;

use crate::problem::{Fault, Problem};

/// How many parameters or fields one request may carry.
const PAIRS_MAX: usize = 256;

/// Name and value pairs that were decoded and not yet taken.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads the query of an address.
    pub(crate) fn of_query(query: Option<&str>) -> Result<Self, Problem> {
        decode_pairs(query.unwrap_or_default()).map(Self)
    }

    /// Takes a parameter that may be there once.
    pub(crate) fn take(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let Some(index) = self.0.iter().position(|(found, _)| found == name) else {
            return Ok(None);
        };
        let (_, value) = self.0.remove(index);
        if self.0.iter().any(|(found, _)| found == name) {
            return Err(Problem::parameter(name, "the parameter is given twice"));
        }
        Ok(Some(value))
    }

    /// Takes a parameter and reads it.
    pub(crate) fn take_as<T: std::str::FromStr>(&mut self, name: &str, expected: &str) -> Result<Option<T>, Problem> {
        let Some(text) = self.take(name)? else { return Ok(None) };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(Problem::parameter(name, format!("{expected} is expected"))),
        }
    }

    /// Everything that was not taken.
    pub(crate) fn rest(self) -> Vec<(String, String)> {
        self.0
    }

    /// Refuses what was not taken.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(Problem::parameter(name, "this parameter is not known here")),
        }
    }
}

/// Decodes `a=1&b=2` (application/x-www-form-urlencoded). Bytes that are not UTF-8 are refused, not replaced.
pub(crate) fn decode_pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    let mut pairs = Vec::new();
    for piece in text.split('&').filter(|piece| !piece.is_empty()) {
        if pairs.len() == PAIRS_MAX {
            return Err(Problem::from(Fault::Malformed).saying(format!("at most {PAIRS_MAX} parameters are taken")));
        }
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        pairs.push((decode(name)?, decode(value)?));
    }
    Ok(pairs)
}

fn decode(text: &str) -> Result<String, Problem> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced)
        .decode_utf8()
        .map_err(|_| Problem::from(Fault::Malformed).saying("a parameter is not UTF-8"))?;
    if decoded.contains('\0') {
        return Err(Problem::from(Fault::Malformed).saying("a parameter holds a zero byte"));
    }
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded() {
        let pairs = decode_pairs("q=%D8%A3%D8%B1+x&size%5Bgte%5D=3&empty").unwrap();
        let expected = [("q", "أر x"), ("size[gte]", "3"), ("empty", "")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_not_utf_8_is_refused() {
        assert_eq!(decode_pairs("q=%FF").unwrap_err().fault(), Fault::Malformed);
        assert_eq!(decode_pairs("q=%00").unwrap_err().fault(), Fault::Malformed);
    }

    #[test]
    fn a_parameter_that_is_doubled_or_unknown_is_refused() {
        let mut parameters = Parameters::of_query(Some("limit=1&limit=2&page=3")).unwrap();
        assert_eq!(parameters.clone().take("limit").unwrap_err().fault(), Fault::Parameter);
        assert_eq!(parameters.take("page").unwrap().as_deref(), Some("3"));
        assert_eq!(parameters.finish().unwrap_err().fault(), Fault::Parameter);
    }
}
