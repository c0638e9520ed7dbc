//! The hosts that a manifest names: `api.example.org`, `*.example.org`, `api.example.org:8443`, `http://old.example.org`.

use std::str::FromStr;

use url::{Host, Url};

/// One entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AllowedHost {
    scheme: &'static str,
    name: Name,
    port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Exactly(String),
    /// Every name below this one: it begins with a dot.
    Below(String),
}

/// A text that names no host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a host is written as api.example.org, *.example.org, api.example.org:8443 or http://api.example.org")]
pub(crate) struct AllowedHostError;

impl FromStr for AllowedHost {
    type Err = AllowedHostError;
    fn from_str(text: &str) -> Result<Self, AllowedHostError> {
        let (scheme, rest) = match (text.strip_prefix("http://"), text.strip_prefix("https://")) {
            (Some(rest), _) => ("http", rest),
            (None, Some(rest)) => ("https", rest),
            (None, None) => ("https", text),
        };
        let (below, rest) = rest.strip_prefix("*.").map_or((false, rest), |rest| (true, rest));
        // What the address means is what its reader says it means: the same reader as for requests.
        let url = Url::parse(&format!("{scheme}://{rest}/")).map_err(|_| AllowedHostError)?;
        let port = url.port_or_known_default().ok_or(AllowedHostError)?;
        let name = match url.host() {
            Some(Host::Domain(name)) if below && name.contains('.') => Name::Below(format!(".{name}")),
            Some(Host::Domain(name)) if !below => Name::Exactly(name.to_owned()),
            Some(Host::Ipv4(address)) if !below => Name::Exactly(address.to_string()),
            _ => return Err(AllowedHostError),
        };
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        let written = rest.to_ascii_lowercase();
        let known = match &name {
            Name::Exactly(name) => written.starts_with(name.as_str()),
            Name::Below(name) => written.starts_with(name.trim_start_matches('.')),
        };
        if !plain || !known || written.contains('*') { Err(AllowedHostError) } else { Ok(Self { scheme, name, port }) }
    }
}

impl AllowedHost {
    /// Whether requests to this address are meant.
    pub(crate) fn holds(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let name = match &self.name {
            Name::Exactly(name) => host == name,
            Name::Below(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
        };
        name && url.scheme() == self.scheme && url.port_or_known_default() == Some(self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(host: &str, url: &str) -> bool {
        host.parse::<AllowedHost>().unwrap().holds(&Url::parse(url).unwrap())
    }

    #[test]
    fn p22_a_host_means_itself_its_port_and_its_scheme() {
        assert!(holds("api.example.org", "https://api.example.org/a?b=c"));
        assert!(holds("api.example.org", "https://API.example.org:443/"));
        assert!(holds("api.example.org:8443", "https://api.example.org:8443/"));
        assert!(holds("http://127.0.0.1:80", "http://2130706433/"));
        for url in [
            "http://api.example.org/",
            "https://api.example.org:8443/",
            "https://api.example.org.evil.org/",
            "https://evil-api.example.org/",
            "https://example.org/",
            "https://api.example.org@evil.org/",
            "https://xapi.example.org/",
        ] {
            assert!(!holds("api.example.org", url), "{url}");
        }
    }

    #[test]
    fn a_star_means_every_name_below() {
        assert!(holds("*.example.org", "https://a.example.org/"));
        assert!(holds("*.example.org", "https://a.b.example.org/"));
        assert!(!holds("*.example.org", "https://example.org/"));
        assert!(!holds("*.example.org", "https://evilexample.org/"));
        assert!(!holds("*.example.org", "https://.example.org/"));
    }

    #[test]
    fn what_names_no_host_is_refused() {
        for text in [
            "",
            "*",
            "*.",
            "*.org",
            "*.*.example.org",
            "a b",
            "user@example.org",
            "example.org/path",
            "ftp://example.org",
            "example.org:0x50",
            "example.org:99999",
            "*.127.0.0.1",
            "[::1]",
            "2130706433",
            "0x7f.1",
            "example.org?x",
            "example.org#x",
        ] {
            assert!(text.parse::<AllowedHost>().is_err(), "{text}");
        }
    }
}
