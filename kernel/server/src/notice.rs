//! A notice made readable: its words come from the plugin that sent it, or from the kernel, in the reader's language.

use fluent_bundle::FluentArgs;
use serde_json::{Map, Value};
use tiwizi_model::Language;
use tiwizi_registry::territory;
use tiwizi_storage::notice::NoticeRow;
use tiwizi_words::Texts;

use crate::app::App;

/// Values of the kernel's own notices that are days, and are written as such.
const DAYS: [&str; 2] = ["due", "since"];
/// The value of the kernel's own notices by which a message chooses among its forms.
const COUNT: &str = "count";

/// What a notice says; none when its plugin is gone, or no longer knows the message.
pub(crate) fn text(app: &App, language: Language, notice: &NoticeRow) -> Option<String> {
    let messages = match &notice.plugin {
        Some(plugin) => app.host.messages(plugin)?,
        None => app.host.kernel_messages(),
    };
    let args: Map<String, Value> = serde_json::from_str(&notice.args).unwrap_or_default();
    let texts = Texts::new(language, messages);
    if notice.plugin.is_some() {
        return texts.find_with(&notice.key, &plain(&args));
    }
    let mut values = FluentArgs::new();
    for (name, value) in own(&texts, &args) {
        match value.parse::<f64>() {
            Ok(count) if name == COUNT => values.set(name, count),
            // Any other number is a name, as a year is, and is not written as an amount.
            _ => values.set(name, texts.value(&value)),
        }
    }
    texts.find(&notice.key, &values)
}

/// The path to which it leads, after the language.
pub(crate) fn path(notice: &NoticeRow) -> Option<String> {
    let link = notice.link.as_ref()?;
    Some(match &notice.plugin {
        Some(plugin) => format!("/p/{plugin}{link}"),
        None => link.clone(),
    })
}

fn plain(args: &Map<String, Value>) -> Vec<(String, String)> {
    args.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// The values of one of the kernel's own notices: days, places and tasks in words, and of several names the one for this language.
fn own(texts: &Texts, args: &Map<String, Value>) -> Vec<(String, String)> {
    let mut values = plain(args);
    for (name, value) in &mut values {
        match name.as_str() {
            "what" => *value = texts.text(&format!("task-{value}")),
            "province" => {
                let province = value.parse().ok().and_then(territory::province);
                *value = province.map_or(&**value, |province| province.names.name(texts.language())).to_owned();
            }
            name if DAYS.contains(&name) => *value = texts.written_date(value),
            _ => {}
        }
    }
    if !args.contains_key("name") {
        values.push(("name".to_owned(), name_in(texts.language(), args).to_owned()));
    }
    values
}

fn name_in(language: Language, args: &Map<String, Value>) -> &str {
    let order = match language {
        Language::Arabic | Language::Darija => ["name_ar", "name_fr", "name_zgh"],
        Language::French => ["name_fr", "name_ar", "name_zgh"],
        _ => ["name_zgh", "name_fr", "name_ar"],
    };
    order.into_iter().find_map(|field| args.get(field)?.as_str()).unwrap_or("–")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_notice_names_a_cooperative_in_the_language_of_its_reader() {
        let args = json!({ "name_ar": "تيفاوين", "name_fr": "Tifaouine" });
        let args = args.as_object().unwrap();
        assert_eq!(name_in(Language::Darija, args), "تيفاوين");
        assert_eq!(name_in(Language::Tachelhit, args), "Tifaouine");
        assert_eq!(name_in(Language::French, &Map::new()), "–");
    }
}
