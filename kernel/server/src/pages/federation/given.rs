//! The form of a draft as a browser sends it, as the draft that it says.
//!
//! A field of the table is `rule|gives|registry/person|birth_date`, a row of the filter `rows|gives|registry/person|province`. What the
//! form has no control for comes along in `rest|gives|registry/person`, so that nothing is widened by editing.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tiwizi_federation::agreements::{DraftForm, KindForm, RuleForm};

use crate::form::Posted;

/// Before the name of the field in whose form another one is given.
const AS: &str = "as|";

/// Reads the form. Numbers that are none become zero, which no agreement takes.
pub(super) fn draft(form: &Posted) -> DraftForm {
    let text = |name: &str| form.field(name).unwrap_or_default().trim().to_owned();
    let number = |name: &str| text(name).parse().unwrap_or_default();
    let some = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let mut draft = DraftForm {
        peer: text("peer"),
        follows: some("follows"),
        purpose: text("purpose"),
        legal_basis: text("legal_basis"),
        cndp: some("cndp"),
        expires_on: text("expires_on"),
        retention_days: number("retention_days"),
        erasure_days: number("erasure_days"),
        onward: all(form, "onward").map(str::to_owned).collect(),
        gives: BTreeMap::new(),
        takes: BTreeMap::new(),
    };
    for (name, value) in &form.fields {
        let mut parts = name.splitn(4, '|');
        let (Some(what), Some(side), Some(kind)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let kinds = match side {
            "gives" => &mut draft.gives,
            "takes" => &mut draft.takes,
            _ => continue,
        };
        let terms = kinds.entry(kind.to_owned()).or_default();
        match (what, parts.next()) {
            ("rule", Some(field)) => drop(terms.fields.insert(field.to_owned(), rule(value))),
            ("rows", Some(field)) if !value.is_empty() => {
                terms.rows.entry(field.to_owned()).or_default().push(Json::String(value.clone()));
            }
            ("rest", None) => terms.rows.extend(rest(value)),
            _ => {}
        }
    }
    for terms in draft.gives.values_mut().chain(draft.takes.values_mut()) {
        show_filtered(terms);
    }
    draft
}

/// Every value of a field that may stand several times.
pub(super) fn all<'a>(form: &'a Posted, name: &'a str) -> impl Iterator<Item = &'a str> {
    form.fields.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
}

fn rule(value: &str) -> RuleForm {
    match value.strip_prefix(AS) {
        Some(field) => RuleForm::Generalised { generalised: field.to_owned() },
        None => RuleForm::Word(value.to_owned()),
    }
}

/// The value of a control for a rule.
pub(super) fn value(rule: &RuleForm) -> String {
    match rule {
        RuleForm::Word(word) => word.clone(),
        RuleForm::Generalised { generalised } => format!("{AS}{generalised}"),
    }
}

fn rest(value: &str) -> BTreeMap<String, Vec<Json>> {
    serde_json::from_str(value).unwrap_or_default()
}

/// Whoever is given a part of the rows is given what tells them apart: a filter over what is withheld could not be held to.
fn show_filtered(terms: &mut KindForm) {
    for field in terms.rows.keys() {
        terms.fields.insert(field.clone(), RuleForm::Word("clear".to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::Visitor;

    fn posted(fields: &[(&str, &str)]) -> Posted {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Posted { visitor: Visitor::public(), fields }
    }

    #[test]
    fn a_form_says_the_draft_that_it_was_made_of() {
        let form = posted(&[
            ("peer", " ab "),
            ("cndp", ""),
            ("retention_days", "365"),
            ("erasure_days", "soon"),
            ("onward", "c"),
            ("onward", "d"),
            ("rule|gives|registry/person|birth_date", "as|birth_date.year"),
            ("rule|gives|registry/person|phone", "withheld"),
            ("rule|gives|registry/person|province", "withheld"),
            ("rows|gives|registry/person|province", "09.541"),
            ("rows|gives|registry/person|province", "09.551"),
            ("rows|gives|registry/person|sector", ""),
            ("rest|gives|registry/person", "{\"size\":[3]}"),
            ("rule|others|registry/person|phone", "clear"),
            ("rule|takes|registry/act", "clear"),
        ]);
        let draft = draft(&form);
        assert_eq!((draft.peer.as_str(), draft.cndp.as_deref()), ("ab", None));
        assert_eq!((draft.retention_days, draft.erasure_days), (365, 0));
        assert_eq!(draft.onward, ["c", "d"]);
        let person = &draft.gives["registry/person"];
        assert_eq!(value(&person.fields["birth_date"]), "as|birth_date.year");
        assert_eq!(value(&person.fields["phone"]), "withheld");
        assert_eq!(value(&person.fields["province"]), "clear", "what is filtered by is shown");
        assert_eq!(person.rows["province"].len(), 2);
        assert_eq!((person.rows.len(), person.rows["size"].len()), (2, 1));
        assert!(draft.takes["registry/act"].fields.is_empty());
    }
}
