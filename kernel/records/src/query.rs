//! What a list is asked for.

use serde_json::Value;
use tiwizi_model::Record;

/// A question to a list. It is answered from a declared index or refused, never by a scan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// Every filter must hold.
    pub filters: Vec<Filter>,
    /// The field to sort by, and whether the greatest comes first. `created` sorts by age.
    pub sort: Option<(String, bool)>,
    /// Words that the record's search fields must have, each as the beginning of a word.
    pub text: Option<String>,
    /// The records of one page; 0 means `limits::PAGE_ROWS_DEFAULT`, more than `limits::PAGE_ROWS_MAX` is cut.
    pub limit: u32,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// One condition on one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// A top-level field, or `subject` or `province`.
    pub field: String,
    /// How it compares.
    pub op: Operator,
    /// With what.
    pub value: Value,
}

impl Filter {
    /// A field that equals a value.
    #[must_use]
    pub fn equals(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { field: field.into(), op: Operator::Eq, value: value.into() }
    }
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
}

impl Operator {
    /// Its name in addresses: `field[gte]=…`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
        }
    }

    /// The comparison of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Eq, Self::Gt, Self::Gte, Self::Lt, Self::Lte].into_iter().find(|op| op.name() == name)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What was found, reduced to what the reader may see.
    pub items: Vec<Record>,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
}
