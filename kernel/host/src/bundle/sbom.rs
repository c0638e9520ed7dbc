//! The list of the libraries inside a plugin, `sbom.json`: CycloneDX 1.6 as JSON. It holds no time and no random number, so that the same
//! libraries give the same bytes. It is what the publisher says, under the publisher's signature; the kernel counts it and checks nothing else.

use std::collections::BTreeSet;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

const FORMAT: &str = "CycloneDX";
const VERSION: &str = "1.6";
/// The media type of the list.
pub const SBOM_MEDIA_TYPE: &str = "application/vnd.cyclonedx+json; version=1.6";

/// Where a library comes from, as package addresses (purl) name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ecosystem {
    /// Rust's crates.
    Cargo,
    /// JavaScript's packages.
    Npm,
    /// Python's packages.
    Pypi,
    /// What belongs to none, such as a language's own library.
    Generic,
}

/// One library inside a plugin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Library {
    /// Where it comes from.
    pub ecosystem: Ecosystem,
    /// Its name there.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as it says itself.
    pub licence: Option<String>,
    /// The SHA-256 of its package, as hexadecimal digits.
    pub sha256: Option<String>,
}

/// The plugin whose list it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SbomSubject<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Its licence.
    pub licence: Option<&'a str>,
    /// Who publishes it.
    pub publisher: Option<&'a str>,
}

/// Writes the list. Order and repetitions of the libraries make no difference.
#[must_use]
pub fn sbom(subject: &SbomSubject<'_>, libraries: impl IntoIterator<Item = Library>) -> Vec<u8> {
    let libraries: BTreeSet<Library> = libraries.into_iter().collect();
    let document = Document {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        format: FORMAT,
        spec_version: VERSION,
        version: 1,
        metadata: Metadata {
            component: Component {
                kind: "application",
                reference: format!("plugin:{}@{}", subject.id, subject.version),
                publisher: subject.publisher.map(str::to_owned),
                name: subject.id.to_owned(),
                version: subject.version.to_owned(),
                hashes: Vec::new(),
                licenses: subject.licence.map(licence).into_iter().collect(),
                purl: None,
            },
        },
        components: libraries.into_iter().map(component).collect(),
    };
    // Texts and numbers in structs are always writable.
    let mut text = serde_json::to_vec_pretty(&document).unwrap_or_default();
    text.push(b'\n');
    text
}

/// How many libraries a list names; none when it is no such list.
#[must_use]
pub fn libraries_of(sbom: &[u8]) -> Option<usize> {
    let list: List = serde_json::from_slice(sbom).ok()?;
    (list.format == FORMAT).then_some(list.components.len())
}

#[derive(Deserialize)]
struct List {
    #[serde(rename = "bomFormat")]
    format: String,
    #[serde(default)]
    components: Vec<IgnoredAny>,
}

#[derive(Serialize)]
struct Document {
    #[serde(rename = "$schema")]
    schema: &'static str,
    #[serde(rename = "bomFormat")]
    format: &'static str,
    #[serde(rename = "specVersion")]
    spec_version: &'static str,
    version: u32,
    metadata: Metadata,
    components: Vec<Component>,
}

#[derive(Serialize)]
struct Metadata {
    component: Component,
}

#[derive(Serialize)]
struct Component {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref")]
    reference: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<String>,
    name: String,
    version: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<HashOf>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<Licence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
}

#[derive(Serialize)]
struct HashOf {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Licence {
    /// An SPDX expression.
    Expression(String),
    /// Any other text.
    License(Named),
}

#[derive(Serialize)]
struct Named {
    name: String,
}

fn component(library: Library) -> Component {
    let purl = purl(&library);
    Component {
        kind: "library",
        reference: purl.clone(),
        publisher: None,
        name: library.name,
        version: library.version,
        hashes: library.sha256.map(|content| HashOf { alg: "SHA-256", content }).into_iter().collect(),
        licenses: library.licence.as_deref().map(licence).into_iter().collect(),
        purl: Some(purl),
    }
}

/// Old manifests of crates write `/` for `OR`.
fn licence(text: &str) -> Licence {
    let text = text.replace('/', " OR ").split_whitespace().collect::<Vec<_>>().join(" ");
    if is_expression(&text) { Licence::Expression(text) } else { Licence::License(Named { name: text }) }
}

/// Names of licences with words between them, in this order.
fn is_expression(text: &str) -> bool {
    let bare = text.replace(['(', ')'], " ");
    let mut words = bare.split_whitespace().peekable();
    let is_name = |word: &str| {
        word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'))
            && !matches!(word, "AND" | "OR" | "WITH")
    };
    while let Some(word) = words.next() {
        let is_last = words.peek().is_none();
        match words.next() {
            _ if !is_name(word) => return false,
            None if is_last => return true,
            Some("AND" | "OR" | "WITH") if words.peek().is_some() => {}
            _ => return false,
        }
    }
    false
}

/// `pkg:npm/%40scope/name@1.0.0`
fn purl(library: &Library) -> String {
    let ecosystem = match library.ecosystem {
        Ecosystem::Cargo => "cargo",
        Ecosystem::Npm => "npm",
        Ecosystem::Pypi => "pypi",
        Ecosystem::Generic => "generic",
    };
    format!("pkg:{ecosystem}/{}@{}", encoded(&library.name), encoded(&library.version))
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn library(ecosystem: Ecosystem, name: &str, licence: Option<&str>) -> Library {
        let (name, licence) = (name.to_owned(), licence.map(str::to_owned));
        Library { ecosystem, name, version: "1.0.0".to_owned(), licence, sha256: Some("ab".repeat(32)) }
    }

    fn list(libraries: &[Library]) -> Vec<u8> {
        let subject = SbomSubject { id: "notes", version: "0.1.0", licence: Some("EUPL-1.2"), publisher: None };
        sbom(&subject, libraries.to_vec())
    }

    #[test]
    fn a_list_names_each_library_once_in_one_order() {
        let (serde, itoa) =
            (library(Ecosystem::Cargo, "serde", Some("MIT/Apache-2.0")), library(Ecosystem::Cargo, "itoa", None));
        let text = list(&[serde.clone(), itoa.clone()]);
        assert_eq!(text, list(&[itoa.clone(), serde, itoa]));
        assert_eq!(libraries_of(&text), Some(2));
        let document: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(document["bomFormat"], "CycloneDX");
        assert_eq!(document["specVersion"], "1.6");
        assert_eq!(document["metadata"]["component"]["name"], "notes");
        assert!(document.get("serialNumber").is_none() && document["metadata"].get("timestamp").is_none());
        let expected = json!({
            "type": "library", "bom-ref": "pkg:cargo/serde@1.0.0", "name": "serde", "version": "1.0.0",
            "hashes": [{ "alg": "SHA-256", "content": "ab".repeat(32) }],
            "licenses": [{ "expression": "MIT OR Apache-2.0" }], "purl": "pkg:cargo/serde@1.0.0",
        });
        assert_eq!(document["components"][1], expected);
    }

    #[test]
    fn a_licence_that_is_no_expression_is_a_name() {
        for text in
            ["MIT", "MIT OR Apache-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception"]
        {
            assert!(is_expression(text), "{text}");
        }
        for text in ["", "SEE LICENSE IN x", "MIT OR", "OR MIT", "MIT Apache-2.0", "© someone", "MIT AND AND MIT"] {
            assert!(!is_expression(text), "{text}");
        }
        let document: Value =
            serde_json::from_slice(&list(&[library(Ecosystem::Pypi, "x", Some("BSD (see file)"))])).unwrap();
        assert_eq!(document["components"][0]["licenses"], json!([{ "license": { "name": "BSD (see file)" } }]));
    }

    #[test]
    fn an_address_of_a_package_is_spelled_as_its_ecosystem_does() {
        let scoped = library(Ecosystem::Npm, "@bytecodealliance/jco", None);
        assert_eq!(purl(&scoped), "pkg:npm/%40bytecodealliance/jco@1.0.0");
    }

    #[test]
    fn what_is_no_list_has_no_number() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"bomFormat": "SPDX", "components": []}"#,
            r#"{"bomFormat": "CycloneDX", "components": 3}"#,
        ] {
            assert_eq!(libraries_of(text.as_bytes()), None, "{text}");
        }
        assert_eq!(libraries_of(br#"{"bomFormat": "CycloneDX"}"#), Some(0));
    }
}
