//! What a manifest that is accepted may still lack: texts in both languages, and the files that it names.

use tiwizi_model::Language;
use tiwizi_records::Manifest;
use tiwizi_records::manifest::LocalText;

use super::Finding;
use super::source::Source;

/// The languages that every text for administrators and visitors must exist in.
pub(super) const DEMANDED: [Language; 2] = [Language::Arabic, Language::French];

pub(super) fn check(manifest: &Manifest, source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut demand = |pointer: String, text: &LocalText| {
        for language in DEMANDED.into_iter().filter(|language| !text.0.contains_key(language)) {
            findings.push(Finding::new(
                "manifest.json",
                format!("{pointer} is missing in {language}"),
                "write it in Arabic and in French",
            ));
        }
    };
    demand("/name".to_owned(), &manifest.name);
    demand("/description".to_owned(), &manifest.description);
    let mut each = |list: &str, field: &str, texts: &mut dyn Iterator<Item = &LocalText>| {
        for (position, text) in texts.enumerate() {
            demand(format!("/{list}/{position}/{field}"), text);
        }
    };
    each("capabilities", "reason", &mut manifest.capabilities.iter().map(|capability| &capability.reason));
    each("kinds", "title", &mut manifest.kinds.iter().map(|kind| &kind.title));
    each("milestones", "title", &mut manifest.milestones.iter().map(|milestone| &milestone.title));
    each("routes", "title", &mut manifest.routes.iter().map(|route| &route.title));
    each("topics", "title", &mut manifest.topics.iter().map(|topic| &topic.title));
    each("jobs", "title", &mut manifest.jobs.iter().map(|job| &job.title));
    each("provides", "title", &mut manifest.provides.iter().map(|contract| &contract.title));
    each("metrics", "title", &mut manifest.metrics.iter().map(|metric| &metric.title));
    findings.extend(files(manifest, source));
    findings
}

/// What the manifest lists is there, and what is there is listed.
fn files(manifest: &Manifest, source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in manifest.templates.iter().filter(|name| !source.templates.contains_key(*name)) {
        findings.push(Finding::new(
            "manifest.json",
            format!("templates/{name}.html is listed and not there"),
            "write it, or take it off the list",
        ));
    }
    for name in source.templates.keys().filter(|name| !manifest.templates.contains(name)) {
        findings.push(Finding::new(
            format!("templates/{name}.html"),
            "the manifest does not list this template",
            "add it to templates, or remove it",
        ));
    }
    for language in manifest.locales.iter().filter(|language| !source.locales.contains_key(language)) {
        findings.push(Finding::new(
            "manifest.json",
            format!("locales/{language}.ftl is listed and not there"),
            "write it, or take it off the list",
        ));
    }
    for language in source.locales.keys().filter(|language| !manifest.locales.contains(language)) {
        findings.push(Finding::new(
            format!("locales/{language}.ftl"),
            "the manifest does not list this language",
            "add it to locales, or remove it",
        ));
    }
    for path in &source.strangers {
        findings.push(Finding::new(
            path,
            "this is no language of the platform",
            "name it ar, ary, fr, zgh, shi, tzm or rif",
        ));
    }
    findings
}
