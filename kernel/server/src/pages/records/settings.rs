//! The form of a plugin's settings, made from the schema in its manifest like the form of a record.

use minijinja::{Value, context};
use serde_json::{Map, Value as Json, json};
use tiwizi_host::{SettingChange, SettingView};
use tiwizi_model::PluginId;
use tiwizi_records::FieldError;
use tiwizi_records::field_error::pointer_to;
use tiwizi_words::Texts;

use super::super::visit::Visit;
use super::form::fault_key;
use super::given::{FormFault, Given};
use super::shape::{Part, Shape, fields};
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

/// The texts of the form.
pub(in super::super) struct SettingsForm(Given);

impl SettingsForm {
    /// The form of what holds now.
    pub(in super::super) fn of_views(views: &[SettingView]) -> Self {
        let parts = parts(views);
        Self(Given::of_body(&parts.iter().collect::<Vec<_>>(), &body(views)))
    }

    /// What a browser sent.
    pub(in super::super) fn of_posted(sent: &[(String, String)]) -> Self {
        Self(Given::of_posted(sent))
    }

    /// What it changes. An emptied field puts the default back.
    pub(in super::super) fn changes(&self, views: &[SettingView]) -> Result<Vec<SettingChange>, Vec<Fault>> {
        let (parts, before) = (parts(views), body(views));
        let after = self.0.body(&parts.iter().collect::<Vec<_>>(), &before);
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
            let head = context! { label, hint, error, required => false };
            context! { ..self.entry(part, &pointer, &choice, &texts), ..head }
        };
        parts(views).iter().map(control).collect()
    }

    /// How one setting is asked for. What has no simple shape is written as JSON.
    fn entry(&self, part: &Part, pointer: &str, choice: &impl Fn(&String) -> Vec<String>, texts: &Texts) -> Value {
        let text = self.0.text(pointer).to_owned();
        let bound = |name: &str| part.keyword(name).map(ToString::to_string);
        if let Some(text) = self.0.json(part) {
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

    fn changes(sent: &[(&str, &str)]) -> Vec<SettingChange> {
        let sent: Vec<(String, String)> =
            sent.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let changes = SettingsForm::of_posted(&sent).changes(&views());
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
        let sent = [("/size".to_owned(), "many".to_owned())];
        let faults = SettingsForm::of_posted(&sent).changes(&views()).err().unwrap();
        assert_eq!((faults[0].0.pointer.as_str(), faults[0].0.code.as_str()), ("/size", "type"));
    }
}
