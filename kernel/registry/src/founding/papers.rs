//! The papers that a file needs: data beside the rule packs, because their list is still to be read in the decree itself.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::act_kind::ActKind;
use crate::rule_pack::Source;

const LIST: &str = include_str!("../../../../manifests/rules/founding.json");

/// A paper that a file has, or may have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Its code in files.
    pub code: String,
    /// What it is called, in Arabic.
    pub ar: String,
    /// In French.
    pub fr: String,
    /// Whether no file is complete without it.
    pub needed: bool,
    /// The act that it proves.
    pub act: ActKind,
}

/// The list of papers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperList {
    /// Its number: a list that is corrected gets the next one.
    pub version: u32,
    /// Where it comes from.
    pub source: Source,
    /// The papers, in their order.
    pub documents: Vec<Paper>,
}

static PAPERS: LazyLock<Option<PaperList>> = LazyLock::new(|| serde_json::from_str(LIST).ok());

/// The list that comes with the program; a test reads it, so that it is there.
#[must_use]
pub fn list() -> Option<&'static PaperList> {
    PAPERS.as_ref()
}

/// All papers, in the order of the list.
#[must_use]
pub fn papers() -> &'static [Paper] {
    list().map_or(&[], |list| list.documents.as_slice())
}

/// The paper with that code.
#[must_use]
pub fn paper(code: &str) -> Option<&'static Paper> {
    papers().iter().find(|paper| paper.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_list_is_read_whole_and_says_where_it_comes_from() {
        let list: PaperList = serde_json::from_str(LIST).unwrap();
        assert!(list.source.to_verify && list.source.note.is_some());
        let codes: BTreeSet<&str> = list.documents.iter().map(|paper| paper.code.as_str()).collect();
        assert_eq!(codes.len(), list.documents.len());
        assert!(list.documents.iter().all(|paper| matches!(paper.act, ActKind::Constituted | ActKind::Filed)));
        assert!(paper("statutes").is_some_and(|paper| paper.needed) && paper("photo").is_none());
    }
}
