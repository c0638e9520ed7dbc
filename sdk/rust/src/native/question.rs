//! Questions to a list, held to their kind: fields that it has, values of their types, an index that answers.

use serde_json::{Number, Value, json};

use super::json::parse;
use super::kind::KindRules;
use super::memory::{check_id, error};
use super::rights::Class;
use crate::bindings::tiwizi::plugin::types::{Comparison, Error, Filter, Order, Query};

/// The name of the order in which records were made.
const CREATED: &str = "created";
/// The names by which every kind is asked about its subject and its province.
const SUBJECT: &str = "subject";
const PROVINCE: &str = "province";
/// The subject of a kind whose records are subjects.
const ITSELF: &str = "self";

/// What one simple field holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scalar {
    Text,
    Number,
    Flag,
}

impl Scalar {
    /// What a schema allows besides null; none when it is not one simple type.
    fn of_schema(schema: &Value) -> Option<Self> {
        let mut allowed: Vec<Option<Self>> = match (schema.get("type"), schema.get("enum"), schema.get("const")) {
            (Some(Value::String(name)), ..) => vec![Self::of_type(name)],
            (Some(Value::Array(names)), ..) => {
                names.iter().filter_map(Value::as_str).filter(|name| *name != "null").map(Self::of_type).collect()
            }
            (None, Some(Value::Array(words)), _) => {
                words.iter().filter(|word| !word.is_null()).map(Self::of_value).collect()
            }
            (None, None, Some(constant)) => vec![Self::of_value(constant)],
            _ => Vec::new(),
        };
        allowed.dedup();
        match allowed.as_slice() {
            [single] => *single,
            _ => None,
        }
    }

    fn of_type(name: &str) -> Option<Self> {
        match name {
            "string" => Some(Self::Text),
            "number" | "integer" => Some(Self::Number),
            "boolean" => Some(Self::Flag),
            _ => None,
        }
    }

    fn of_value(value: &Value) -> Option<Self> {
        match value {
            Value::String(_) => Some(Self::Text),
            Value::Number(_) => Some(Self::Number),
            Value::Bool(_) => Some(Self::Flag),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text is expected",
            Self::Number => "a number is expected",
            Self::Flag => "true or false is expected",
        }
    }

    /// A value as the type of the field; a text is read as one, as from an address.
    fn read(self, value: Value) -> Option<Value> {
        match (self, &value) {
            (Self::Number, Value::String(text)) => text.parse::<Number>().ok().map(Value::Number),
            (Self::Flag, Value::String(text)) => text.parse::<bool>().ok().map(Value::Bool),
            _ if Self::of_value(&value) == Some(self) => Some(value),
            _ => None,
        }
    }
}

impl KindRules {
    /// The question with the declared names of its fields and with values of their types.
    pub(super) fn settled(&self, query: &Query) -> Result<Query, Error> {
        if query.text.is_some() && self.search.is_empty() {
            return Err(error("invalid", &format!("records of {} cannot be searched", self.name)));
        }
        let filters = query.filters.iter().map(|filter| self.condition(filter)).collect::<Result<_, _>>()?;
        let sort = match (&query.sort, &query.text) {
            (Some(order), None) if order.field != CREATED => {
                Some(Order { field: self.declared_name(&order.field)?.to_owned(), descending: order.descending })
            }
            (order, _) => order.clone(),
        };
        let (text, cursor) = (query.text.clone(), query.cursor.clone());
        let settled = Query { filters, sort, text, limit: query.limit, cursor };
        if settled.text.is_some() {
            self.check_searched(&settled)?
        } else {
            self.check_indexed(&settled)?
        }
        Ok(settled)
    }

    /// The class of the fields that a settled question is about.
    pub(super) fn asked(&self, query: &Query) -> Class {
        let filters = query.filters.iter().map(|filter| filter.field.as_str());
        let sort = query.sort.iter().map(|order| order.field.as_str());
        let searched = query.text.iter().flat_map(|_| self.search.iter().map(String::as_str));
        filters.chain(sort).chain(searched).map(|field| self.rights.asked(field)).max().unwrap_or(Class::Public)
    }

    /// What a record has in a field; a record that is its own subject has its id there.
    pub(super) fn value(&self, field: &str, id: &str, body: &Value) -> Value {
        match field == SUBJECT && self.subject.as_deref() == Some(ITSELF) {
            true => Value::String(id.to_owned()),
            false => body.get(field).cloned().unwrap_or_default(),
        }
    }

    fn condition(&self, filter: &Filter) -> Result<Filter, Error> {
        let field = self.declared_name(&filter.field)?;
        let wrong =
            |message: &str| error("invalid", &format!("the filter on {:?} cannot be used: {message}", filter.field));
        let given = parse(&filter.value).map_err(|error| wrong(&error.message))?;
        let scalar = self.property(field).and_then(Scalar::of_schema).unwrap_or(Scalar::Text);
        let value = scalar.read(given).ok_or_else(|| wrong(scalar.expected()))?;
        let text = value.as_str().unwrap_or_default();
        let value = if field == self.subject_name().unwrap_or(SUBJECT) {
            check_id(text).map_err(|_| wrong("an id is expected"))?;
            Value::String(text.to_ascii_lowercase())
        } else if self.province.as_deref() == Some(field) && !is_province(text) {
            return Err(wrong("a province code is expected, as in 09.541"));
        } else {
            value
        };
        Ok(Filter { field: field.to_owned(), comparison: filter.comparison, value: value.to_string() })
    }

    /// The declared name of a field.
    fn declared_name<'a>(&'a self, field: &'a str) -> Result<&'a str, Error> {
        match (field, self.subject_name(), self.province.as_deref()) {
            (SUBJECT, Some(name), _) | (PROVINCE, _, Some(name)) => Ok(name),
            _ if self.has_field(field) => Ok(field),
            _ => Err(error("invalid", &format!("there is no field {field:?} to ask about"))),
        }
    }

    /// The name by which a record is asked for its subject.
    fn subject_name(&self) -> Option<&str> {
        match self.subject.as_deref() {
            Some(ITSELF) => Some(SUBJECT),
            field => field,
        }
    }

    fn has_field(&self, field: &str) -> bool {
        let named = self.unique.iter().chain(&self.indexes).flatten().chain(&self.search);
        self.property(field).is_some()
            || self.rights.declares(field)
            || named.chain(&self.subject).chain(&self.province).any(|name| name == field)
    }

    /// Equality on the first fields of one index, then at most one range or order on the next. The subject and the
    /// province are indexes of their own, the subject without ranges. The order of creation is that of the records under one whole key.
    fn check_indexed(&self, query: &Query) -> Result<(), Error> {
        let equal: Vec<&str> = fields_of(&query.filters, |comparison| comparison == Comparison::Equal);
        let mut ranged = fields_of(&query.filters, |comparison| comparison != Comparison::Equal);
        let has_range = !ranged.is_empty();
        let by_creation = query.sort.as_ref().is_some_and(|order| order.field == CREATED);
        let sorted = query.sort.iter().map(|order| order.field.as_str());
        ranged.extend(sorted.filter(|field| *field != CREATED && !equal.contains(field)));
        ranged.dedup();
        let answers = |index: &[String]| {
            let (head, tail) = index.split_at(equal.len().min(index.len()));
            head.len() == equal.len()
                && head.iter().all(|field| equal.contains(&field.as_str()))
                && (!by_creation || tail.is_empty())
                && (ranged.is_empty() || tail.first().is_some_and(|field| ranged == [field.as_str()]))
        };
        let subject = self.subject_name().filter(|_| !has_range).map(str::to_owned);
        let implied = subject.iter().chain(&self.province).any(|field| answers(std::slice::from_ref(field)));
        if implied
            || (equal.is_empty() && ranged.is_empty())
            || self.unique.iter().chain(&self.indexes).any(|index| answers(index))
        {
            return Ok(());
        }
        Err(self.not_indexed(&format!("{equal:?} then {ranged:?}")))
    }

    /// Words are searched by age, among what indexed fields say.
    fn check_searched(&self, query: &Query) -> Result<(), Error> {
        let by_age = query.sort.as_ref().is_none_or(|order| order.field == CREATED && !order.descending);
        let is_indexed = |field: &str| {
            let named = self.unique.iter().chain(&self.indexes).flatten().map(String::as_str);
            named.chain(self.subject_name()).chain(self.province.as_deref()).any(|name| name == field)
        };
        if by_age && query.filters.iter().all(|filter| is_indexed(&filter.field)) {
            return Ok(());
        }
        Err(self.not_indexed("words by age, with conditions on its fields"))
    }

    fn not_indexed(&self, asked: &str) -> Error {
        let known: Vec<&Vec<String>> = self.unique.iter().chain(&self.indexes).collect();
        let message = format!("no index answers {asked}; the manifest declares {known:?}");
        Error { details: json!({ "indexes": known }).to_string(), ..error("not-indexed", &message) }
    }
}

fn fields_of(filters: &[Filter], wanted: impl Fn(Comparison) -> bool) -> Vec<&str> {
    filters.iter().filter(|filter| wanted(filter.comparison)).map(|filter| filter.field.as_str()).collect()
}

/// Two digits of a region, three of a province.
fn is_province(code: &str) -> bool {
    let is_digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    code.split_once('.').is_some_and(|(region, province)| is_digits(region, 2) && is_digits(province, 3))
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    use crate::bindings::tiwizi::plugin::types::{Comparison, Filter, Order, Query};
    use crate::declaration::manifest_of;
    use crate::native::kind::KindRules;
    use crate::registry::{Cooperative, cooperatives};
    use crate::{Declared as _, Field, Find, Kind, Store, native};

    #[test]
    fn a_question_is_answered_by_one_index_as_in_the_real_kernel() {
        let kind = KindRules::of_manifest(
            "notes",
            &json!({
                "name": "note", "subject": "person", "indexes": [{ "fields": ["shelf", "rank"] }],
            }),
        );
        let (equal, above) = (Comparison::Equal, Comparison::Above);
        for (filters, sort, answered) in [
            (vec![], Some("created"), true),
            (vec![("shelf", equal)], None, true),
            (vec![("shelf", equal)], Some("rank"), true),
            (vec![("shelf", equal)], Some("shelf"), true),
            (vec![("shelf", equal)], Some("created"), false),
            (vec![("shelf", equal), ("rank", equal)], Some("created"), true),
            (vec![("shelf", equal), ("rank", above)], Some("rank"), true),
            (vec![("rank", equal)], None, false),
            (vec![("person", equal)], Some("created"), true),
            (vec![("person", above)], None, false),
            (vec![], Some("person"), true),
        ] {
            let filter = |(field, comparison): &(&str, Comparison)| Filter {
                field: (*field).to_owned(),
                comparison: *comparison,
                value: "1".to_owned(),
            };
            let query = Query {
                filters: filters.iter().map(filter).collect(),
                sort: sort.map(|field| Order { field: field.to_owned(), descending: false }),
                text: None,
                limit: 0,
                cursor: None,
            };
            assert_eq!(kind.check_indexed(&query).is_ok(), answered, "{filters:?} {sort:?}");
        }
    }

    #[derive(Debug, Serialize, Deserialize, Kind)]
    #[kind(
        class = "internal",
        index(rank),
        index(secret),
        index(open),
        read("plugin"),
        create("plugin"),
        change("plugin")
    )]
    struct Mark {
        rank: u32,
        open: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[field(class = "sensitive")]
        secret: Option<String>,
    }

    fn asked<V: Serialize>(field: &'static str, value: V) -> Result<usize, crate::Error> {
        Store::list(&Find::<Mark>::new().equal(Field::<Mark, V>::new(field), value)).map(|page| page.items.len())
    }

    #[test]
    fn a_value_that_its_field_cannot_have_and_a_field_that_is_none_are_refused() {
        native::start(&manifest_of("marks", &[Mark::declaration()]));
        Store::create(&Mark { rank: 7, open: true, secret: None }).unwrap();
        assert_eq!(
            (asked("rank", json!(7)), asked("rank", json!("7")), asked("open", json!("true"))),
            (Ok(1), Ok(1), Ok(1))
        );
        for (field, wrong) in
            [("rank", json!("seven")), ("rank", json!(null)), ("open", json!(1)), ("colour", json!(1))]
        {
            assert!(asked(field, wrong).unwrap_err().is("invalid"), "{field}");
        }
    }

    #[test]
    fn a_question_about_a_field_that_the_caller_sees_nowhere_is_denied() {
        native::start(&manifest_of("marks", &[Mark::declaration()]));
        assert!(asked("secret", json!("gold")).unwrap_err().is("denied"));
        let sorted = Find::<Mark>::new().sort(Field::<Mark, String>::new("secret"));
        assert!(Store::list(&sorted).unwrap_err().is("denied"));
        assert!(
            Store::count(&Find::<Mark>::new().equal(Field::<Mark, Value>::new("secret"), json!("gold")))
                .unwrap_err()
                .is("denied")
        );
        assert_eq!(asked("rank", json!(7)), Ok(0));
    }

    #[test]
    fn the_register_is_asked_by_its_own_indexes() {
        native::start(r#"{ "id": "marks", "capabilities": [{ "name": "registry.read" }] }"#);
        let id = native::add_cooperative(&json!({ "name_fr": "Anfa", "commune": "Anfa", "province": "09.541" }));
        let found = |find: Find<Cooperative>| cooperatives::<Value>(&find).map(|page| page.items.len());
        let field = Field::<Cooperative, Value>::new;
        assert_eq!(found(Find::new().equal(Cooperative::PROVINCE, "09.541").sort(Cooperative::NAME_FR)), Ok(1));
        assert_eq!(found(Find::new().equal(field("subject"), json!(id))), Ok(1));
        assert_eq!(found(Find::new().text("anf").equal(Cooperative::PROVINCE, "09.541")), Ok(1));
        assert!(found(Find::new().equal(Cooperative::PROVINCE, "Anfa")).unwrap_err().is("invalid"));
        assert!(found(Find::new().equal(field("subject"), json!("one"))).unwrap_err().is("invalid"));
        assert!(found(Find::new().equal(field("commune"), json!("Anfa"))).unwrap_err().is("not-indexed"));
        assert!(found(Find::new().text("anf").sort(Cooperative::NAME_FR)).unwrap_err().is("not-indexed"));
    }
}
