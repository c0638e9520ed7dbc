//! The form of a record, made from the kind's schema.

use axum::response::Response;
use fluent_bundle::FluentArgs;
use http::StatusCode;
use minijinja::{Value, context};
use tiwizi_records::field_error::pointer_to;

use super::super::register;
use super::super::visit::with_status;
use super::given::{FormFault, Given};
use super::list::choices;
use super::opened::Opened;
use super::shape::{Part, Shape};
use super::show::class_mark;
use crate::problem::Problem;

/// The field in which the author of a new record names those from which it is distinct.
pub(super) const DISTINCT: &str = "confirm_distinct";

/// A form as it is shown.
pub(super) struct Form<'a> {
    pub(super) opened: &'a Opened<'a>,
    /// The fields that the visitor may set.
    pub(super) fields: Vec<&'a Part>,
    pub(super) given: Given,
    pub(super) faults: Vec<FormFault>,
    /// What is said above the form.
    pub(super) wrong: Option<&'static str>,
    pub(super) status: StatusCode,
    /// What the record holds now where somebody else wrote too, by field.
    pub(super) now: Vec<(String, Value)>,
    /// What changed in the meantime.
    pub(super) meanwhile: Vec<Value>,
    /// The records that a new one may be the same as, with their names and what speaks for it.
    pub(super) twins: Vec<Value>,
}

impl<'a> Form<'a> {
    /// A form with nothing to say.
    pub(super) fn new(opened: &'a Opened<'a>, fields: Vec<&'a Part>, given: Given) -> Self {
        let (faults, now, meanwhile, twins) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { opened, fields, given, faults, wrong: None, status: StatusCode::OK, now, meanwhile, twins }
    }

    /// The same with faults: the page says where.
    pub(super) fn with_faults(mut self, faults: Vec<FormFault>) -> Self {
        self.faults = faults;
        self.wrong = Some("records-wrong");
        self.status = StatusCode::UNPROCESSABLE_ENTITY;
        self
    }

    /// The same with a word above it.
    pub(super) fn saying(mut self, wrong: &'static str, status: StatusCode) -> Self {
        self.wrong = Some(wrong);
        self.status = status;
        self
    }

    /// The page.
    pub(super) fn page(&self, title: &str, around: Value) -> Result<Response, Problem> {
        let data = context! {
            controls => self.fields.iter().map(|field| self.control(field)).collect::<Vec<_>>(),
            others => self.other_faults(),
            wrong => self.wrong,
            meanwhile => self.meanwhile.clone(),
            once => self.opened.app.ambient.new_uuid().to_string(),
            ..around
        };
        Ok(with_status(self.status, self.opened.visit.page(self.opened.app, "records/form.html", title, data)?))
    }

    fn control(&self, field: &Part) -> Value {
        let pointer = pointer_to(&field.name);
        let now = self.now.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
        let head = context! {
            class => class_mark(self.opened, field),
            hint => self.opened.words.hint(field),
            now,
            twins => if field.name == DISTINCT { self.twins.clone() } else { Vec::new() },
        };
        if field.name == DISTINCT {
            // Nobody writes ids: what may be the same is ticked, and what was ticked before is kept.
            let (kept, error) = (self.given.texts(&pointer).join("\n"), self.error(&pointer, true));
            let body = context! { control => "twins", text => kept, error, name => pointer };
            return context! { ..body, ..context! { ..head, ..self.label(field) } };
        }
        if let Some(text) = self.given.json(field) {
            let name = Given::json_name(field);
            let error = self.error(&pointer, true);
            return context! { control => "json", name, text, error, ..context! { ..head, ..self.label(field) } };
        }
        let body = match &field.shape {
            Shape::Languages(languages) => {
                let part = |language: &tiwizi_model::Language| {
                    let pointer = format!("{pointer}/{}", language.tag());
                    let lines = self.lines(field, &pointer);
                    context! {
                        control => if lines { "lines" } else { "text" }, label => language.own_name(), language => language.tag(),
                        text => self.given.text(&pointer), error => self.error(&pointer, true), name => pointer,
                    }
                };
                let parts: Vec<Value> = languages.iter().map(part).collect();
                context! { control => "parts", parts, error => self.error(&pointer, false), name => pointer }
            }
            Shape::Group(parts) => {
                let part = |part: &Part| {
                    let control = self.simple(part, &part.shape, format!("{pointer}/{}", part.name));
                    context! { ..control, ..self.label(part) }
                };
                let parts: Vec<Value> = parts.iter().map(part).collect();
                context! { control => "parts", parts, error => self.error(&pointer, false), name => pointer }
            }
            Shape::List(shape) => self.list(field, shape, &pointer),
            shape => self.simple(field, shape, pointer),
        };
        context! { ..body, ..context! { ..head, ..self.label(field) } }
    }

    fn label(&self, field: &Part) -> Value {
        context! { label => self.opened.words.field(field), required => field.required, bounds => self.bounds(field) }
    }

    fn list(&self, field: &Part, shape: &Shape, pointer: &str) -> Value {
        let error = self.error(pointer, true);
        match shape {
            Shape::Choice(codes) => {
                let chosen = self.given.texts(pointer);
                let choice = |code: &String| {
                    context! { code, label => self.opened.words.choice(&field.name, code), chosen => chosen.contains(code) }
                };
                context! { control => "choices", choices => codes.iter().map(choice).collect::<Vec<_>>(), error, name => pointer }
            }
            _ => context! { control => "list", text => self.given.texts(pointer).join("\n"), error, name => pointer },
        }
    }

    fn simple(&self, field: &Part, shape: &Shape, pointer: String) -> Value {
        let text = self.given.text(&pointer).to_owned();
        let error = self.error(&pointer, true);
        let bound = |name: &str| field.keyword(name).map(ToString::to_string);
        let is_place = self.opened.kind.declaration().province.as_deref() == Some(field.name.as_str());
        if is_place {
            let regions = register::regions(self.opened.words.texts.language());
            return context! { control => "place", regions, text, error, name => pointer };
        }
        if let Some(choices) = choices(self.opened, field) {
            return context! { control => "choice", choices, text, error, name => pointer };
        }
        let (control, step) = match shape {
            Shape::Number { whole: true } | Shape::Moment => ("number", "1"),
            Shape::Number { whole: false } => ("number", "any"),
            Shape::Day => ("day", ""),
            Shape::Reference => ("code", ""),
            _ if self.lines(field, &pointer) => ("lines", ""),
            _ if field.keyword("pattern").is_some() => ("code", ""),
            _ => ("text", ""),
        };
        context! { control, step, min => bound("minimum"), max => bound("maximum"), length => bound("maxLength"), text, error, name => pointer }
    }

    /// Whether a text gets room for lines: because it may be long, or has lines already.
    fn lines(&self, field: &Part, pointer: &str) -> bool {
        matches!(field.shape, Shape::Text { lines: true }) || self.given.text(pointer).contains('\n')
    }

    /// What the schema says of the size of a value, in words.
    fn bounds(&self, field: &Part) -> Vec<String> {
        let texts = &self.opened.words.texts;
        let keys = [("minimum", "hint-least"), ("maximum", "hint-most")];
        let said = |(keyword, key): (&str, &str)| {
            let bound = field.keyword(keyword)?.as_f64()?;
            // A bound that is only there against overflow says nothing to people.
            let is_telling = bound.abs() < 1e9;
            let mut args = FluentArgs::new();
            args.set("count", bound);
            is_telling.then(|| texts.text_with(key, &args))
        };
        keys.into_iter().filter_map(said).collect()
    }

    /// What is wrong at a pointer, or below it.
    fn error(&self, pointer: &str, below: bool) -> Option<String> {
        let fault = self.faults.iter().find(|fault| {
            let rest = fault.pointer.strip_prefix(pointer);
            rest.is_some_and(|rest| rest.is_empty() || (below && rest.starts_with('/')))
        })?;
        Some(self.say(fault))
    }

    fn say(&self, fault: &FormFault) -> String {
        if fault.is_for_people {
            return fault.message.clone();
        }
        self.opened.words.texts.text(fault_key(&fault.code))
    }

    /// What is wrong with no field in particular, or with one that the form does not show.
    fn other_faults(&self) -> Vec<Value> {
        let is_shown = |fault: &&FormFault| {
            let name = fault.pointer.split('/').nth(1).unwrap_or_default();
            self.fields.iter().any(|field| pointer_to(&field.name).strip_prefix('/') == Some(name))
        };
        let others = self.faults.iter().filter(|fault| !is_shown(fault));
        others.map(|fault| context! { text => self.say(fault), detail => &*fault.message }).collect()
    }
}

/// The message for a code.
pub(super) fn fault_key(code: &str) -> &'static str {
    match code {
        "required" => "fault-required",
        "too-long" | "too-short" | "too-many" | "too-few" => "fault-length",
        "too-large" | "too-small" | "multiple" | "decimals" => "fault-range",
        "enum" | "province" | "sector" | "branch" => "fault-choice",
        "pattern" | "format" | "date" | "ice" | "type" => "fault-pattern",
        "future" | "order" => "fault-order",
        "taken" => "fault-taken",
        "repeated" => "fault-repeated",
        "json" => "fault-json",
        "no-processing" => "fault-no-processing",
        "opposed" => "fault-opposed",
        "requests-unread" => "fault-requests-unread",
        "authorisation" => "fault-authorisation",
        "transition" => "fault-transition",
        _ => "fault-other",
    }
}
