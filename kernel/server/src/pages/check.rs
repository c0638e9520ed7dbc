//! Whether a plugin's templates and messages can be used at all, told before anybody installs it.
//!
//! It compiles and renders nothing: what a template does with its data only the plugin's own pages can show.

mod calls;

use std::collections::BTreeMap;
use std::sync::Arc;

use tiwizi_model::Language;
use tiwizi_words::Messages;

use super::engine::PluginTemplates;
use super::markup::refused_element;

/// What is wrong with a file of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFault {
    /// The file in the bundle.
    pub file: String,
    /// The line, from 1, when it is known.
    pub line: Option<usize>,
    /// What is wrong there.
    pub message: String,
}

/// Everything that is wrong with these templates (by name, without `.html`) and messages (Fluent).
#[must_use]
pub fn check_plugin_texts(
    templates: &BTreeMap<String, String>,
    locales: &BTreeMap<Language, String>,
) -> Vec<TextFault> {
    let mut faults = Vec::new();
    for (language, text) in locales {
        if let Err(error) = Messages::of([(*language, text)]) {
            faults.push(TextFault { file: format!("locales/{language}.ftl"), line: None, message: error.to_string() });
        }
    }
    let Ok(none) = Messages::of::<&str>([]) else { return faults };
    let known = templates.clone();
    let compiled = PluginTemplates::new("check", "0.0.0", Arc::new(none), move |name| known.get(name).cloned());
    for (name, source) in templates {
        let file = format!("templates/{name}.html");
        if let Err(error) = compiled.compile(name) {
            let line = error.line();
            faults.push(TextFault { file: file.clone(), line, message: error.to_string() });
        }
        if let Some(element) = refused_element(source) {
            let message = format!("a plugin's page may not have a <{element}> element");
            faults.push(TextFault { file: file.clone(), line: None, message });
        }
        faults.extend(unknown(&compiled, &file, source));
    }
    faults
}

/// Functions and filters that the kernel does not have: a page that comes to one of them is an error.
fn unknown(templates: &PluginTemplates, file: &str, source: &str) -> Vec<TextFault> {
    let calls = calls::calls(source);
    let fault = |line: usize, message: String| TextFault { file: file.to_owned(), line: Some(line), message };
    let functions = calls.functions.into_iter().filter(|(name, _)| !templates.knows_function(name));
    let filters = calls.filters.into_iter().filter(|(name, _)| !templates.knows_filter(name));
    let mut faults: Vec<TextFault> =
        functions.map(|(name, line)| fault(line, format!("templates have no function {name}"))).collect();
    faults.extend(filters.map(|(name, line)| match name.as_str() {
        "safe" => fault(line, "a plugin's data is text and never markup: the filter safe is not there".to_owned()),
        _ => fault(line, format!("templates have no filter {name}")),
    }));
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(template: &str, messages: &str) -> Vec<TextFault> {
        let templates = BTreeMap::from([("page".to_owned(), template.to_owned())]);
        check_plugin_texts(&templates, &BTreeMap::from([(Language::French, messages.to_owned())]))
    }

    #[test]
    fn good_texts_have_no_fault() {
        let template = "{% extends \"layout.html\" %}\n{% block content %}<p>{{ t(\"hello\") }}</p>{% endblock %}";
        assert_eq!(faults(template, "hello = Bonjour\n"), []);
    }

    #[test]
    fn unknown_functions_and_filters_are_told_with_their_lines() {
        let good = "{{ t('a') }}{{ url('/') }}{{ number(1)|upper }}{% for x in range(3) %}{{ loop.index }}{% endfor %}";
        assert_eq!(faults(good, "a = b\n"), []);
        let found = faults("<p>\n{{ translate(\"a\") }}\n{{ x|markdown }}{{ x|safe }}", "a = b\n");
        let told: Vec<_> = found.iter().map(|fault| (fault.line, fault.message.as_str())).collect();
        assert_eq!(told[0], (Some(2), "templates have no function translate"));
        assert_eq!(told[1], (Some(3), "templates have no filter markdown"));
        assert!(told[2].1.contains("never markup"), "{told:?}");
    }

    #[test]
    fn each_fault_is_told_with_its_file() {
        let found = faults("<p>\n{% if %}", "a = b\na = c\n");
        assert_eq!(found[0].file, "locales/fr.ftl");
        assert_eq!((found[1].file.as_str(), found[1].line), ("templates/page.html", Some(2)));
        assert!(faults("<script>1</script>", "a = b\n")[0].message.contains("<script>"));
        assert!(faults("{% autoescape false %}{% endautoescape %}", "a = b\n")[0].message.contains("escaping"));
    }
}
