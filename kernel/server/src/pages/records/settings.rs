//! The form of a plugin's settings, made from the schema in its manifest like the form of a record.
//!
//! A form carries what it showed. Only what its sender wrote otherwise counts, so that nobody takes back what somebody else set in the
//! meantime; where both set the same setting, the form comes back with both values.

use minijinja::{Value, context};
use serde_json::{Map, Value as Json, json};
use tiwizi_host::{SettingChange, SettingView};
use tiwizi_model::PluginId;
use tiwizi_records::FieldError;
use tiwizi_records::field_error::pointer_to;
use tiwizi_words::Texts;

use super::super::visit::Visit;
use super::form::fault_key;
use super::given::{FormFault, Given, text_of};
use super::shape::{Part, Shape, fields};
use super::value::CELL_CHARS_MAX;
use super::words::readable;
use crate::app::App;

/// What is wrong with a setting.
pub(in super::super) struct Fault(FormFault);

impl From<FieldError> for Fault {
    fn from(error: FieldError) -> Self {
        let (pointer, code) = (error.pointer, error.code.into_owned());
        Self(FormFault { pointer, code, message: error.message, is_for_people: false })
    }
}

/// The field of the form that says what it showed.
const SHOWN_FIELD: &str = "shown";

/// The texts of the form.
pub(in super::super) struct SettingsForm {
    given: Given,
    /// What the form showed before anything was written into it.
    shown: Given,
    /// The settings that its sender and somebody else set to different values.
    disputed: Vec<String>,
}

impl SettingsForm {
    /// The form of what holds now.
    pub(in super::super) fn of_views(views: &[SettingView]) -> Self {
        let given = given_of(&parts(views), views);
        Self { shown: given.clone(), given, disputed: Vec::new() }
    }

    /// What a browser sent; none when it does not say what was shown.
    pub(in super::super) fn of_posted(sent: &[(String, String)]) -> Option<Self> {
        let (_, shown) = sent.iter().find(|(name, _)| name == SHOWN_FIELD)?;
        Some(Self { given: Given::of_posted(sent), shown: Given::of_hidden(shown)?, disputed: Vec::new() })
    }

    /// What the form shows, for its hidden field.
    pub(in super::super) fn shown(&self) -> String {
        self.shown.hidden()
    }

    /// Takes over what others set in the meantime where the sender wrote nothing. False when both set the same setting to different
    /// values: then the form is to be shown again.
    pub(in super::super) fn meet(&mut self, views: &[SettingView]) -> bool {
        let parts = parts(views);
        let now = given_of(&parts, views);
        for part in &parts {
            if self.given.is_same(part, &self.shown) {
                self.given.take_over(part, &now);
            } else if !now.is_same(part, &self.shown) && !now.is_same(part, &self.given) {
                self.disputed.push(part.name.clone());
            }
        }
        self.shown = now;
        self.disputed.is_empty()
    }

    /// What it changes. An emptied field puts the default back.
    pub(in super::super) fn changes(&self, views: &[SettingView]) -> Result<Vec<SettingChange>, Vec<Fault>> {
        let (parts, before) = (parts(views), body(views));
        let after = self.given.body(&parts.iter().collect::<Vec<_>>(), &before);
        let after = after.map_err(|faults| faults.into_iter().map(Fault).collect::<Vec<_>>())?;
        let changed = |view: &&SettingView| after.get(&view.name) != before.get(&view.name);
        let change = |view: &SettingView| (view.name.clone(), after.get(&view.name).cloned());
        Ok(views.iter().filter(changed).map(change).collect())
    }

    /// The form's fields as the template takes them.
    pub(in super::super) fn controls(
        &self,
        app: &App,
        visit: &Visit,
        plugin: &PluginId,
        views: &[SettingView],
        faults: &[Fault],
    ) -> Vec<Value> {
        let texts = visit.texts(app);
        let texts = app.host.messages(plugin).map_or(texts.clone(), |messages| texts.with_plugin(messages));
        let none = fluent_bundle::FluentArgs::new();
        let control = |part: &Part| {
            let pointer = pointer_to(&part.name);
            let word = part.name.replace('_', "-");
            let label = texts.find(&format!("setting-{word}"), &none).unwrap_or_else(|| readable(&part.name));
            let hint = texts.find(&format!("setting-{word}-hint"), &none);
            let hint = hint.or_else(|| part.keyword("description").and_then(Json::as_str).map(ToOwned::to_owned));
            let fault = faults.iter().find(|Fault(fault)| {
                let rest = fault.pointer.strip_prefix(&pointer);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            let error = fault.map(|Fault(fault)| texts.text(fault_key(&fault.code)));
            let choice = |code: &String| {
                let value = format!("setting-{word}-{}", code.replace('_', "-"));
                vec![code.clone(), texts.find(&value, &none).unwrap_or_else(|| readable(code))]
            };
            let is_disputed = self.disputed.contains(&part.name);
            let view = views.iter().find(|view| is_disputed && view.name == part.name);
            let now = view.map(|view| held(part, &view.value, &choice, &texts));
            let head = context! { label, hint, error, now, is_setting => true, required => false };
            context! { ..self.entry(part, &pointer, &choice, &texts), ..head }
        };
        parts(views).iter().map(control).collect()
    }

    /// How one setting is asked for. What has no simple shape is written as JSON.
    fn entry(&self, part: &Part, pointer: &str, choice: &impl Fn(&String) -> Vec<String>, texts: &Texts) -> Value {
        let text = self.given.text(pointer).to_owned();
        let bound = |name: &str| part.keyword(name).map(ToString::to_string);
        if let Some(text) = self.given.json(part) {
            return context! { control => "json", name => Given::json_name(part), text };
        }
        let (control, step) = match &part.shape {
            Shape::Choice(codes) => {
                let choices: Vec<Vec<String>> = codes.iter().map(choice).collect();
                return context! { control => "choice", choices, text, name => pointer };
            }
            Shape::Flag => {
                let choices =
                    vec![vec!["true".to_owned(), texts.text("yes")], vec!["false".to_owned(), texts.text("no")]];
                return context! { control => "choice", choices, text, name => pointer };
            }
            Shape::List(_) => ("list", ""),
            Shape::Number { whole: true } | Shape::Moment => ("number", "1"),
            Shape::Number { whole: false } => ("number", "any"),
            Shape::Day => ("day", ""),
            Shape::Reference => ("code", ""),
            Shape::Text { lines: true } => ("lines", ""),
            _ if part.keyword("pattern").is_some() => ("code", ""),
            _ => ("text", ""),
        };
        context! { control, step, min => bound("minimum"), max => bound("maximum"), length => bound("maxLength"), text, name => pointer }
    }
}

fn given_of(parts: &[Part], views: &[SettingView]) -> Given {
    Given::of_body(&parts.iter().collect::<Vec<_>>(), &body(views))
}

/// The value of a setting, as it stands beside what was written.
fn held(part: &Part, value: &Json, choice: &impl Fn(&String) -> Vec<String>, texts: &Texts) -> Value {
    match (&part.shape, value) {
        (Shape::Flag, Json::Bool(flag)) => context! { text => texts.text(if *flag { "yes" } else { "no" }) },
        (Shape::Choice(_), Json::String(code)) => context! { tag => choice(code).pop() },
        (_, Json::Null) => context! { text => "–" },
        (_, value) => {
            let text = text_of(value);
            let cut = text.chars().nth(CELL_CHARS_MAX).is_some();
            let shown: String = text.chars().take(CELL_CHARS_MAX).collect();
            context! { text => shown, cut, ltr => !value.is_string() }
        }
    }
}

/// The settings as the fields of a form. Parts within a setting are written as JSON: that form has no words for them.
fn parts(views: &[SettingView]) -> Vec<Part> {
    let properties: Map<String, Json> = views.iter().map(|view| (view.name.clone(), view.schema.clone())).collect();
    let mut parts = fields(&json!({ "type": "object", "properties": properties }));
    for part in &mut parts {
        let is_many = match &part.shape {
            Shape::Languages(_) | Shape::Group(_) => true,
            Shape::List(shape) => matches!(**shape, Shape::Choice(_)),
            _ => false,
        };
        if is_many {
            part.shape = Shape::Free;
        }
    }
    parts
}

fn body(views: &[SettingView]) -> Json {
    Json::Object(views.iter().map(|view| (view.name.clone(), view.value.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(name: &str, schema: Json, value: Json) -> SettingView {
        SettingView { name: name.to_owned(), default: json!(null), value, is_set: false, schema }
    }

    fn views() -> Vec<SettingView> {
        vec![
            view("greeting", json!({ "type": "string", "maxLength": 20 }), json!("azul")),
            view("size", json!({ "type": "integer", "minimum": 1 }), json!(3)),
            view("open", json!({ "type": "boolean" }), json!(true)),
            view("days", json!({ "type": "array", "items": { "enum": ["mon", "tue"] } }), json!(["mon"])),
        ]
    }

    /// What is sent by a form that showed the settings as they are in `views`.
    fn posted(sent: &[(&str, &str)]) -> SettingsForm {
        let shown = (SHOWN_FIELD.to_owned(), SettingsForm::of_views(&views()).shown());
        let sent = sent.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        SettingsForm::of_posted(&sent.chain([shown]).collect::<Vec<_>>()).unwrap()
    }

    fn changes(sent: &[(&str, &str)]) -> Vec<SettingChange> {
        let changes = posted(sent).changes(&views());
        changes.unwrap_or_else(|faults| panic!("{:?}", faults[0].0))
    }

    #[test]
    fn only_what_was_changed_is_set_and_an_emptied_field_puts_the_default_back() {
        let same = [("/greeting", "azul"), ("/size", "3"), ("/open", "true"), ("json:/days", "[\n  \"mon\"\n]")];
        assert!(changes(&same).is_empty());
        let sent = [("/greeting", ""), ("/size", "7"), ("/open", "false"), ("json:/days", "[\"tue\"]")];
        let expected = [
            ("greeting".to_owned(), None),
            ("size".to_owned(), Some(json!(7))),
            ("open".to_owned(), Some(json!(false))),
            ("days".to_owned(), Some(json!(["tue"]))),
        ];
        assert_eq!(changes(&sent), expected);
    }

    #[test]
    fn what_cannot_be_read_is_a_fault_at_its_field() {
        let faults = posted(&[("/size", "many")]).changes(&views()).err().unwrap();
        assert_eq!((faults[0].0.pointer.as_str(), faults[0].0.code.as_str()), ("/size", "type"));
    }

    /// The settings after somebody else changed one.
    fn views_with(name: &str, value: Json) -> Vec<SettingView> {
        let mut views = views();
        for view in views.iter_mut().filter(|view| view.name == name) {
            view.value = value.clone();
        }
        views
    }

    const SAME: [(&str, &str); 4] =
        [("/greeting", "azul"), ("/size", "3"), ("/open", "true"), ("json:/days", "[\r\n  \"mon\"\r\n]")];

    fn with(name: &'static str, text: &'static str) -> Vec<(&'static str, &'static str)> {
        SAME.into_iter().map(|(found, old)| (found, if found == name { text } else { old })).collect()
    }

    #[test]
    fn what_somebody_else_set_meanwhile_stays() {
        let now = views_with("size", json!(8));
        let mut form = posted(&with("/greeting", "salam"));
        assert!(form.meet(&now));
        assert_eq!(form.changes(&now).ok().unwrap(), [("greeting".to_owned(), Some(json!("salam")))]);
        let now = views_with("days", json!(["tue"]));
        let mut form = posted(&SAME);
        assert!(form.meet(&now));
        assert!(form.changes(&now).ok().unwrap().is_empty());
    }

    #[test]
    fn what_both_set_is_disputed_once_unless_they_agree() {
        let now = views_with("size", json!(8));
        let mut form = posted(&with("/size", "8"));
        assert!(form.meet(&now));
        let mut form = posted(&with("/size", "5"));
        assert!(!form.meet(&now));
        assert_eq!(form.disputed, ["size"]);
        // Sent again it was written in the knowledge of the other value.
        let again = with("/size", "5").into_iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
        let again: Vec<_> = again.chain([(SHOWN_FIELD.to_owned(), form.shown())]).collect();
        let mut form = SettingsForm::of_posted(&again).unwrap();
        assert!(form.meet(&now));
        assert_eq!(form.changes(&now).ok().unwrap(), [("size".to_owned(), Some(json!(5)))]);
    }

    #[test]
    fn a_form_that_does_not_say_what_it_showed_is_none() {
        let sent = |shown: &str| vec![(SHOWN_FIELD.to_owned(), shown.to_owned())];
        assert!(SettingsForm::of_posted(&[]).is_none());
        assert!(SettingsForm::of_posted(&sent("size")).is_none());
        assert!(SettingsForm::of_posted(&sent("{}")).is_some());
    }
}
