//! A draft as a form or a file writes it, in JSON: names and days instead of numbers, and no planes, which follow from the kinds.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tiwizi_federation_core::agreement::{Fault, KindTerms, Rule, Scalar, What};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_model::KindName;
use tiwizi_registry::day::Day;

use super::draft::{Draft, escaped};

/// A draft.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftForm {
    /// The id of the other side.
    pub peer: String,
    /// The agreement whose next version it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
    /// What for.
    pub purpose: String,
    /// By which law or decision.
    pub legal_basis: String,
    /// The decision of the commission (CNDP).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cndp: Option<String>,
    /// The first day on which it holds no more.
    pub expires_on: String,
    /// For how many days what is given may be kept.
    pub retention_days: u32,
    /// Within how many days what is called back is erased.
    pub erasure_days: u32,
    /// To whom it may be given further.
    #[serde(default)]
    pub onward: Vec<String>,
    /// What this side gives, by kind.
    #[serde(default)]
    pub gives: BTreeMap<String, KindForm>,
    /// What the other side gives, by kind.
    #[serde(default)]
    pub takes: BTreeMap<String, KindForm>,
}

/// What is given of a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindForm {
    /// How each field is given; what is not named is withheld.
    pub fields: BTreeMap<String, RuleForm>,
    /// Which rows: of each attribute one of these values.
    #[serde(default)]
    pub rows: BTreeMap<String, Vec<serde_json::Value>>,
}

/// How a field is given: `clear`, `withheld`, or as another field that says less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RuleForm {
    /// `clear` or `withheld`.
    Word(String),
    /// As another one.
    Generalised {
        /// Which.
        generalised: String,
    },
}

impl DraftForm {
    /// The draft that the form says.
    ///
    /// # Errors
    /// With every fault and its place in the form.
    pub fn draft(&self) -> Result<Draft, Vec<Fault>> {
        let mut faults = Vec::new();
        let peer = read(&self.peer, "/peer", "the id of an instance", &mut faults);
        let follows = self.follows.as_ref().map(|id| read(id, "/follows", "the id of an agreement", &mut faults));
        let day: Option<Day> = read(&self.expires_on, "/expires_on", "a day", &mut faults);
        let mut onward = BTreeSet::new();
        for (at, node) in self.onward.iter().enumerate() {
            onward.extend(read::<NodeId>(node, &format!("/onward/{at}"), "the id of an instance", &mut faults));
        }
        let gives = side("gives", &self.gives, &mut faults);
        let takes = side("takes", &self.takes, &mut faults);
        match (peer, day) {
            (Some(peer), Some(day)) if faults.is_empty() => Ok(Draft {
                peer,
                follows: follows.flatten(),
                purpose: self.purpose.trim().to_owned(),
                legal_basis: self.legal_basis.trim().to_owned(),
                cndp: self.cndp.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
                expires_at: day.begins(),
                retention_days: self.retention_days,
                erasure_days: self.erasure_days,
                onward,
                gives,
                takes,
            }),
            _ => Err(faults),
        }
    }

    /// The form that says a draft.
    #[must_use]
    pub fn of(draft: &Draft) -> Self {
        let kinds = |given: &BTreeMap<KindName, KindTerms>| {
            given.iter().map(|(kind, terms)| (kind.to_string(), KindForm::of(terms))).collect()
        };
        Self {
            peer: draft.peer.to_string(),
            follows: draft.follows.map(|id| id.to_string()),
            purpose: draft.purpose.clone(),
            legal_basis: draft.legal_basis.clone(),
            cndp: draft.cndp.clone(),
            expires_on: Day::of(draft.expires_at).to_string(),
            retention_days: draft.retention_days,
            erasure_days: draft.erasure_days,
            onward: draft.onward.iter().map(ToString::to_string).collect(),
            gives: kinds(&draft.gives),
            takes: kinds(&draft.takes),
        }
    }
}

impl KindForm {
    fn of(terms: &KindTerms) -> Self {
        let rule = |rule: &Rule| match rule {
            Rule::Clear => RuleForm::Word("clear".to_owned()),
            Rule::Withheld => RuleForm::Word("withheld".to_owned()),
            Rule::Generalised(field) => RuleForm::Generalised { generalised: field.clone() },
        };
        let fields = terms.fields.iter().map(|(field, given)| (field.clone(), rule(given)));
        let rows = terms.rows.iter().map(|(field, values)| (field.clone(), values.iter().map(Scalar::json).collect()));
        Self { fields: fields.collect(), rows: rows.collect() }
    }

    fn terms(&self, pointer: &str, faults: &mut Vec<Fault>) -> KindTerms {
        let mut terms = KindTerms::default();
        for (field, given) in &self.fields {
            let pointer = format!("{pointer}/fields/{}", escaped(field));
            match given {
                RuleForm::Word(word) if word == "clear" => drop(terms.fields.insert(field.clone(), Rule::Clear)),
                RuleForm::Word(word) if word == "withheld" => drop(terms.fields.insert(field.clone(), Rule::Withheld)),
                RuleForm::Word(_) => faults.push(fault(&pointer, "clear, withheld or {\"generalised\": field}")),
                RuleForm::Generalised { generalised } => {
                    terms.fields.insert(field.clone(), Rule::Generalised(generalised.clone()));
                }
            }
        }
        for (field, values) in &self.rows {
            let mut allowed = BTreeSet::new();
            for (at, value) in values.iter().enumerate() {
                match scalar(value) {
                    Some(value) => drop(allowed.insert(value)),
                    None => faults.push(fault(
                        &format!("{pointer}/rows/{}/{at}", escaped(field)),
                        "a text, a whole number, true or false",
                    )),
                }
            }
            terms.rows.insert(field.clone(), allowed);
        }
        terms
    }
}

fn side(name: &str, given: &BTreeMap<String, KindForm>, faults: &mut Vec<Fault>) -> BTreeMap<KindName, KindTerms> {
    let mut kinds = BTreeMap::new();
    for (kind, form) in given {
        let pointer = format!("/{name}/{}", escaped(kind));
        let terms = form.terms(&pointer, faults);
        kinds.extend(read(kind, &pointer, "a kind", faults).map(|kind: KindName| (kind, terms)));
    }
    kinds
}

fn scalar(value: &serde_json::Value) -> Option<Scalar> {
    match value {
        serde_json::Value::Bool(flag) => Some(Scalar::Flag(*flag)),
        serde_json::Value::String(text) => Some(Scalar::Text(text.clone())),
        serde_json::Value::Number(number) => number.as_i64().map(Scalar::Number),
        _ => None,
    }
}

fn read<T: std::str::FromStr>(text: &str, pointer: &str, expected: &'static str, faults: &mut Vec<Fault>) -> Option<T> {
    let value = text.trim().parse().ok();
    if value.is_none() {
        faults.push(fault(pointer, expected));
    }
    value
}

fn fault(pointer: &str, expected: &'static str) -> Fault {
    Fault { pointer: pointer.to_owned(), what: What::Form { expected } }
}
