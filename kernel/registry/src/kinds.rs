//! The kernel's own kinds: their manifest, in the same format as a plugin's, and their names.

use tiwizi_model::KindName;

/// The manifest of the kinds `registry/…`.
pub const MANIFEST: &[u8] = include_bytes!("../../../manifests/registry/manifest.json");

/// The names of the kernel's own kinds, parsed once.
#[derive(Debug, Clone)]
pub struct Names {
    /// `registry/cooperative`
    pub cooperative: KindName,
    /// `registry/person`
    pub person: KindName,
    /// `registry/membership`
    pub membership: KindName,
    /// `registry/milestone`
    pub milestone: KindName,
    /// `registry/signing-key`
    pub signing_key: KindName,
    /// `registry/extract`
    pub extract: KindName,
    /// `registry/act`
    pub act: KindName,
    /// `registry/denomination`
    pub denomination: KindName,
    /// `registry/duplicate`
    pub duplicate: KindName,
    /// `registry/legal-person`
    pub legal_person: KindName,
    /// `registry/mandate`
    pub mandate: KindName,
    /// `registry/succession`
    pub succession: KindName,
    /// `registry/look`
    pub look: KindName,
    /// `registry/controller`
    pub controller: KindName,
    /// `registry/processing`
    pub processing: KindName,
    /// `registry/subject-request`
    pub subject_request: KindName,
    /// `registry/erasure`
    pub erasure: KindName,
    /// `registry/retention-run`
    pub retention_run: KindName,
    /// `registry/filing`
    pub filing: KindName,
    /// `registry/task`
    pub task: KindName,
    /// `registry/founding`
    pub founding: KindName,
    /// `registry/founder`
    pub founder: KindName,
    /// `registry/import`
    pub import: KindName,
    /// `registry/case`
    pub case: KindName,
    /// `registry/proposal`
    pub proposal: KindName,
    /// `registry/credential`
    pub credential: KindName,
}

impl Names {
    /// Parses the names.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the texts are constants of this file and a test parses them")]
    pub fn new() -> Self {
        let name = |text: &str| text.parse().expect("a constant name of a kind is well formed");
        Self {
            cooperative: name("registry/cooperative"),
            person: name("registry/person"),
            membership: name("registry/membership"),
            milestone: name("registry/milestone"),
            signing_key: name("registry/signing-key"),
            extract: name("registry/extract"),
            act: name("registry/act"),
            denomination: name("registry/denomination"),
            duplicate: name("registry/duplicate"),
            legal_person: name("registry/legal-person"),
            mandate: name("registry/mandate"),
            succession: name("registry/succession"),
            look: name("registry/look"),
            controller: name("registry/controller"),
            processing: name("registry/processing"),
            subject_request: name("registry/subject-request"),
            erasure: name("registry/erasure"),
            retention_run: name("registry/retention-run"),
            filing: name("registry/filing"),
            task: name("registry/task"),
            founding: name("registry/founding"),
            founder: name("registry/founder"),
            import: name("registry/import"),
            case: name("registry/case"),
            proposal: name("registry/proposal"),
            credential: name("registry/credential"),
        }
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_declares_exactly_the_kinds_that_have_names() {
        let names = Names::new();
        let manifest: serde_json::Value = serde_json::from_slice(MANIFEST).unwrap();
        let declared: Vec<String> = manifest["kinds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| format!("registry/{}", kind["name"].as_str().unwrap()))
            .collect();
        let own = [names.cooperative, names.person, names.membership, names.milestone];
        let following = [names.signing_key, names.extract, names.act, names.denomination, names.duplicate];
        let people = [names.legal_person, names.mandate, names.succession, names.look];
        let protection =
            [names.controller, names.processing, names.subject_request, names.erasure, names.retention_run];
        let office = [names.filing, names.task];
        let founding = [names.founding, names.founder, names.import, names.case, names.proposal, names.credential];
        let all = [own.as_slice(), &following, &people, &protection, &office, &founding].concat();
        let expected: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(declared, expected);
    }

    #[test]
    fn every_kind_is_called_something_in_the_three_languages_of_the_register() {
        let manifest: serde_json::Value = serde_json::from_slice(MANIFEST).unwrap();
        for kind in manifest["kinds"].as_array().unwrap() {
            let titles: Vec<&String> = kind["title"].as_object().unwrap().keys().collect();
            assert_eq!(titles, ["ar", "fr", "zgh"], "{}", kind["name"]);
        }
    }

    #[test]
    fn every_field_has_a_class() {
        let manifest: serde_json::Value = serde_json::from_slice(MANIFEST).unwrap();
        for kind in manifest["kinds"].as_array().unwrap() {
            let fields: Vec<&String> = kind["schema"]["properties"].as_object().unwrap().keys().collect();
            let classes: Vec<&String> = kind["classes"].as_object().unwrap().keys().collect();
            assert_eq!(fields, classes, "{}", kind["name"]);
        }
    }
}
