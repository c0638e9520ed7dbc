//! The parts of a sheet: which fields each has, and what stands in them.
//!
//! A field is a text here, whatever it is in the record: so two forms are compared field by field, see `drafts::settle`.

use serde::Serialize;
use serde_json::Value;
use tiwizi_sdk::{Language, Request, Texts};

use super::super::inputs::Faults;
use super::super::line_form::{self, Holds};
use super::take;
use crate::drafts::faults::{LISTS, lines};
use crate::drafts::kinds::ModelDraft;
use crate::drafts::settle::Fields;
use crate::kinds::About;

/// Names of lines on one page.
pub(super) const NAMES_AT_ONCE: usize = 60;

/// A part of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Whom it is for, where it fits, where its figures come from.
    Facts,
    /// The plan's own figures.
    Frame,
    Texts(Language),
    /// The names of lines in a language, from so many on.
    Names(Language, usize),
    /// A line: its list and its code.
    Line(&'static str, String),
}

/// How a field is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Text,
    Flag,
    Many,
    /// A number, or beside it the parameter that stands in its place.
    Figure,
}

impl Part {
    /// The part of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let mut steps = name.split('/');
        let part = match (steps.next()?, steps.next(), steps.next()) {
            ("facts", None, _) => Self::Facts,
            ("frame", None, _) => Self::Frame,
            ("texts", Some(tag), None) => Self::Texts(tag.parse().ok()?),
            ("names", Some(tag), from) => {
                Self::Names(tag.parse().ok()?, from.and_then(|from| from.parse().ok()).unwrap_or_default())
            }
            (list, Some(code), None) if is_code(code) => Self::Line(list_of(list)?, code.to_owned()),
            _ => return None,
        };
        steps.next().is_none().then_some(part)
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Facts => "facts".to_owned(),
            Self::Frame => "frame".to_owned(),
            Self::Texts(language) => format!("texts/{language}"),
            Self::Names(language, from) => format!("names/{language}/{from}"),
            Self::Line(list, code) => format!("{list}/{code}"),
        }
    }

    /// The same part in another language.
    pub(super) fn in_language(&self, language: Language) -> Option<Self> {
        match self {
            Self::Texts(_) => Some(Self::Texts(language)),
            Self::Names(_, from) => Some(Self::Names(language, *from)),
            _ => None,
        }
    }

    pub(super) fn language(&self) -> Option<Language> {
        match self {
            Self::Texts(language) | Self::Names(language, _) => Some(*language),
            _ => None,
        }
    }

    /// The fields that it always has, and how they are sent. Those of names are the lines of the plan.
    fn asked(&self) -> Vec<(String, Sent)> {
        let texts = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), Sent::Text)).collect::<Vec<_>>();
        match self {
            Self::Facts => {
                let mut asked = texts(&["sector", "branch", "learn", "sources", "licence", "author"]);
                asked.extend(["categories", "publics", "provinces"].map(|name| (name.to_owned(), Sent::Many)));
                asked.push(("example".to_owned(), Sent::Flag));
                asked
            }
            Self::Frame => {
                let mut asked = texts(&["start", "years", "collect_months", "pay_months", "stock_months"]);
                asked.push(("discount".to_owned(), Sent::Figure));
                asked.push(("vat".to_owned(), Sent::Flag));
                asked
            }
            Self::Texts(_) => {
                let mut asked = texts(&["title", "summary"]);
                asked.extend(About::ALL.map(|about| (format!("chapter/{}", about.name()), Sent::Text)));
                asked.push(("native".to_owned(), Sent::Flag));
                asked
            }
            Self::Names(..) => Vec::new(),
            Self::Line(list, _) => {
                let labels = Language::ALL.map(|language| (format!("label/{language}"), Sent::Text));
                let fields = line_form::asked(list).unwrap_or_default().iter().map(|(name, holds, _)| {
                    let sent = match holds {
                        Holds::Exact => Sent::Figure,
                        Holds::Flag => Sent::Flag,
                        _ => Sent::Text,
                    };
                    ((*name).to_owned(), sent)
                });
                labels.into_iter().chain(fields).collect()
            }
        }
    }

    /// What a form says of this part.
    pub(super) fn sent(&self, request: &Request) -> Fields {
        let text = |name: &str| request.form(name).unwrap_or_default().replace("\r\n", "\n").trim().to_owned();
        if let Self::Names(..) = self {
            let names = request.form.iter().map(|(name, _)| name.as_str());
            let is_line = |name: &&str| name.split_once('/').is_some_and(|(list, _)| list_of(list).is_some());
            return names.filter(is_line).map(|name| (name.to_owned(), text(name))).collect();
        }
        // A field that was not sent says nothing; but a box that is not ticked is not sent.
        let is_sent = |name: &str| request.form(name).is_some();
        let read = |(name, sent): (String, Sent)| {
            let value = match sent {
                Sent::Text => is_sent(&name).then(|| text(&name)),
                Sent::Flag => Some(if is_sent(&name) { "yes".to_owned() } else { String::new() }),
                Sent::Many => {
                    let all = request.form.iter().filter(|(found, _)| *found == name);
                    Some(sorted(all.map(|(_, value)| value.as_str())))
                }
                Sent::Figure => match (text(&name), text(&format!("{name}-parameter"))) {
                    (number, parameter) if parameter.is_empty() => is_sent(&name).then_some(number),
                    (number, parameter) => Some(format!("{number} @{parameter}").trim().to_owned()),
                },
            };
            Some((name, value?))
        };
        self.asked().into_iter().filter_map(read).collect()
    }

    /// What stands in the fields of this part; for names in those of all lines.
    pub(super) fn fields(&self, draft: &ModelDraft) -> Fields {
        let owned =
            |pairs: Vec<(&str, String)>| pairs.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        let flag = |is_so: bool| if is_so { "yes".to_owned() } else { String::new() };
        match self {
            Self::Facts => owned(vec![
                ("sector", word(&draft.sector)),
                ("branch", draft.branch.clone().unwrap_or_default()),
                (
                    "categories",
                    sorted(draft.categories.iter().map(word).collect::<Vec<_>>().iter().map(String::as_str)),
                ),
                ("publics", sorted(draft.publics.iter().map(word).collect::<Vec<_>>().iter().map(String::as_str))),
                ("provinces", sorted(draft.provinces.iter().map(String::as_str))),
                ("example", flag(draft.example)),
                ("learn", draft.learn.join("\n")),
                ("sources", draft.sources.join("\n")),
                ("licence", draft.licence.clone()),
                ("author", draft.author.clone()),
            ]),
            Self::Frame => owned(vec![
                ("start", draft.plan.start.clone()),
                ("years", draft.plan.years.to_string()),
                ("discount", word(&draft.plan.discount)),
                ("vat", flag(draft.plan.vat)),
                ("collect_months", draft.plan.collect_months.to_string()),
                ("pay_months", draft.plan.pay_months.to_string()),
                ("stock_months", draft.plan.stock_months.to_string()),
            ]),
            Self::Texts(language) => {
                let mut fields: Fields = owned(vec![
                    ("title", in_language(Some(&draft.title), *language).to_owned()),
                    ("summary", in_language(draft.summary.as_ref(), *language).to_owned()),
                    ("native", flag(!draft.drafts.contains(language))),
                ]);
                for about in About::ALL {
                    let text = in_language(draft.chapter(about), *language).to_owned();
                    fields.insert(format!("chapter/{}", about.name()), text);
                }
                fields
            }
            Self::Names(language, _) => {
                let plan = serde_json::to_value(&draft.plan).unwrap_or_default();
                let named =
                    |(list, code, line): (&str, &str, &Value)| (format!("{list}/{code}"), name_of(line, *language));
                lines(&plan).map(named).collect()
            }
            Self::Line(list, code) => {
                let plan = serde_json::to_value(&draft.plan).unwrap_or_default();
                line(&plan, list, code).map(|line| line_fields(list, line)).unwrap_or_default()
            }
        }
    }

    /// The names of the lines that one page of names shows, in their order.
    pub(super) fn window(&self, draft: &ModelDraft) -> Vec<String> {
        let Self::Names(_, from) = self else { return Vec::new() };
        let plan = serde_json::to_value(&draft.plan).unwrap_or_default();
        let names = lines(&plan).map(|(list, code, _)| format!("{list}/{code}"));
        names.skip(*from).take(NAMES_AT_ONCE).collect()
    }

    /// Whether the draft has it: everything but a line that was taken away, or is new.
    pub(super) fn is_there(&self, draft: &ModelDraft) -> bool {
        match self {
            Self::Line(..) => !self.fields(draft).is_empty(),
            _ => true,
        }
    }

    /// Takes over what the fields say.
    ///
    /// # Errors
    /// Every fault, by the name of its field; nothing is taken over then.
    pub(super) fn take(&self, draft: &mut ModelDraft, fields: &Fields) -> Result<(), Faults> {
        let mut changed = draft.clone();
        let mut faults = Faults::new();
        match self {
            Self::Facts => take::facts(&mut changed, fields, &mut faults),
            Self::Frame => take::frame(&mut changed.plan, fields, &mut faults),
            Self::Texts(language) => take::texts(&mut changed, *language, fields, &mut faults),
            Self::Names(language, _) => take::names(&mut changed.plan, *language, fields, &mut faults),
            Self::Line(list, code) => take::line(&mut changed.plan, (list, code), fields, &mut faults),
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        *draft = changed;
        Ok(())
    }
}

/// Whether a text is a code.
pub(super) fn is_code(text: &str) -> bool {
    let is_good = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
    text.len() <= 32 && text.starts_with(|sign: char| sign.is_ascii_lowercase()) && text.chars().all(is_good)
}

pub(super) fn list_of(name: &str) -> Option<&'static str> {
    LISTS.into_iter().find(|list| *list == name)
}

fn in_language(texts: Option<&Texts>, language: Language) -> &str {
    texts.and_then(|texts| texts.get(language)).unwrap_or_default()
}

/// A word of an enum, or a number, as records have it.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).map(|value| line_form::word(&value)).unwrap_or_default()
}

fn sorted<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let mut values: Vec<&str> = values.map(str::trim).filter(|value| !value.is_empty()).collect();
    values.sort_unstable();
    values.dedup();
    values.join(" ")
}

fn name_of(line: &Value, language: Language) -> String {
    let name = line.get("label").and_then(|label| label.get(language.tag())).and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

pub(super) fn line<'a>(plan: &'a Value, list: &str, code: &str) -> Option<&'a Value> {
    plan.get(list)?.as_array()?.iter().find(|line| line.get("code").and_then(Value::as_str) == Some(code))
}

pub(super) fn line_fields(list: &str, line: &Value) -> Fields {
    let mut fields = Fields::new();
    for language in Language::ALL {
        fields.insert(format!("label/{language}"), name_of(line, language));
    }
    for (name, holds, _) in line_form::asked(list).unwrap_or_default() {
        let text = line.get(*name).map(line_form::word).unwrap_or_default();
        let text = match (holds, text.as_str()) {
            (Holds::Flag, "true") => "yes".to_owned(),
            (Holds::Flag, _) => String::new(),
            _ => text,
        };
        fields.insert((*name).to_owned(), text);
    }
    fields
}
