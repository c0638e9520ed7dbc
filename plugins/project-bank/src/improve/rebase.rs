//! A proposal against the model as it is now: what still fits, and what the model becomes with what is chosen.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tiwizi_sdk::{Error, Language};

use super::change::Change;
use super::{code_of, source};
use crate::lineage::{Document, Place};
use crate::plan::Plan;

/// Fields whose figure a source stands for.
const SOURCED: [&str; 3] = ["value", "price", "amount"];

/// How a change fits the model as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// What it was made against stands there.
    Fits,
    /// What it proposes stands there.
    Already,
    /// Something else stands there by now: it can be taken, and takes its place.
    Moved,
    /// Its line is no longer there: it cannot be taken.
    Gone,
}

impl Fit {
    /// The word that the messages know it by.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Already => "already",
            Self::Moved => "moved",
            Self::Gone => "gone",
        }
    }

    /// Whether taking it changes something.
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Fits | Self::Moved)
    }
}

/// How a change fits a model.
pub(crate) fn fit(change: &Change, model: &Document) -> Fit {
    let Some(place) = change.at() else { return Fit::Gone };
    let (now, was, to) = (model.at(&place), change.was(), change.to());
    match &place {
        // Nothing of the model stands under the code of a line of somebody's own.
        Place::Line(..) if to.is_some() => Fit::Fits,
        Place::LineField(list, code, _) if !model.lines.contains_key(&(list.clone(), code.clone())) => Fit::Gone,
        _ if now == to => Fit::Already,
        _ if now == was => Fit::Fits,
        _ => Fit::Moved,
    }
}

/// Names of new lines that whoever decides gave them beside their own, by the change's place.
pub(crate) type Names = BTreeMap<String, BTreeMap<Language, String>>;

/// What is taken of a proposal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chosen<'a> {
    pub(crate) number: u32,
    /// All of the proposal.
    pub(crate) changes: &'a [Change],
    /// The places of those that are taken.
    pub(crate) places: &'a BTreeSet<String>,
    pub(crate) names: &'a Names,
}

impl Chosen<'_> {
    /// The changes that are taken, with the codes that new lines get.
    fn taken(&self) -> impl Iterator<Item = (&Change, String)> {
        let all = self.changes.iter().enumerate();
        let taken = all.filter(|(_, change)| self.places.contains(&change.place));
        taken.map(|(position, change)| (change, code_of(self.number, position)))
    }

    /// The changes as their record keeps them afterwards.
    pub(crate) fn noted(&self, model: &Document) -> Vec<Change> {
        let mut changes = self.changes.to_vec();
        for (position, change) in changes.iter_mut().enumerate() {
            change.taken = self.places.contains(&change.place) && fit(change, model).is_open();
            change.became = change.new_line().filter(|_| change.taken).map(|_| code_of(self.number, position));
        }
        changes
    }
}

/// A model with what was chosen. What no longer fits it, or is so already, changes nothing.
pub(crate) fn apply(model: &Document, chosen: &Chosen<'_>) -> Document {
    let mut document = model.clone();
    let open: Vec<(&Change, String)> = chosen.taken().filter(|(change, _)| fit(change, model).is_open()).collect();
    let of_product = |(change, code): &(&Change, String)| match change.new_line() {
        Some((list, own)) if list == "products" => Some((own, code.clone())),
        _ => None,
    };
    let products: BTreeMap<String, String> = open.iter().filter_map(of_product).collect();
    for (change, code) in &open {
        match (change.at(), change.to()) {
            (Some(Place::Line(list, _)), Some(mut line)) => {
                dress(&mut line, chosen, &change.place);
                let product = line.get_mut("product").filter(|_| list == "costs");
                product.into_iter().for_each(|product| of_the_model(product, &products));
                document.put(&Place::Line(list, code.clone()), Some(line));
            }
            (Some(place), mut to) => {
                let is_product =
                    matches!(&place, Place::LineField(list, _, field) if list == "costs" && field == "product");
                to.iter_mut().filter(|_| is_product).for_each(|product| of_the_model(product, &products));
                document.put(&place, to);
                document = sourced(document, &place, chosen.number);
            }
            (None, _) => {}
        }
    }
    document
}

/// A product by the code that it has in the model.
fn of_the_model(product: &mut Value, products: &BTreeMap<String, String>) {
    if let Some(code) = product.as_str().and_then(|own| products.get(own)) {
        *product = json!(code);
    }
}

/// A new line as the model gets it: with a source where its list has one and it says none, and with the names that it was given.
fn dress(line: &mut Value, chosen: &Chosen<'_>, place: &str) {
    let Some(fields) = line.as_object_mut() else { return };
    if fields.get("source").and_then(Value::as_str).is_some_and(|source| source.trim().is_empty()) {
        fields.insert("source".to_owned(), json!(source(chosen.number)));
    }
    for (language, name) in chosen.names.get(place).into_iter().flatten() {
        if let Some(label) = fields.get_mut("label").and_then(Value::as_object_mut) {
            label.insert(language.tag().to_owned(), json!(name));
        }
    }
}

/// A figure that came from a proposal does not stand there under the source of the one before.
fn sourced(mut document: Document, place: &Place, number: u32) -> Document {
    if let Place::LineField(list, code, field) = place
        && SOURCED.contains(&field.as_str())
    {
        let at = Place::LineField(list.clone(), code.clone(), "source".to_owned());
        if document.at(&at).is_some() {
            document.put(&at, Some(json!(source(number))));
        }
    }
    document
}

/// Lets every cost of a product be one of another product.
pub(super) fn refer(document: &mut Document, product: &str, other: &str) {
    for ((list, _), fields) in &mut document.lines {
        if list == "costs" && fields.get("product").and_then(Value::as_str) == Some(product) {
            fields.insert("product".to_owned(), json!(other));
        }
    }
}

/// A model's plan with what was chosen; whether it makes sense is for `check` to say.
///
/// # Errors
/// `internal` when a change of the record is no part of a plan.
pub(crate) fn corrected(model: &Plan, chosen: &Chosen<'_>) -> Result<Plan, Error> {
    let document = Document::of(&serde_json::to_value(model)?);
    Ok(serde_json::from_value(apply(&document, chosen).to_value())?)
}
