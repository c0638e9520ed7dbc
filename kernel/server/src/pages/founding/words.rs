//! A file in words: what it lacks, who is waited for, what papers and items of the statutes are called.

use fluent_bundle::FluentArgs;
use minijinja::{Value, context};
use tiwizi_model::{Instant, Language};
use tiwizi_registry::founding::{Founder, Lack, Section, Seen, Step, paper};
use tiwizi_words::Texts;

use super::super::register;

/// The wording of the law, in the languages in which it is written: that of the page, or both where the page is in neither.
pub(super) fn wording(language: Language, ar: &str, fr: &str) -> Vec<Value> {
    let one = |language: &str, text: &str| context! { language, text };
    match language {
        Language::Arabic | Language::Darija => vec![one("ar", ar)],
        Language::French => vec![one("fr", fr)],
        _ => vec![one("ar", ar), one("fr", fr)],
    }
}

/// The same in one line.
fn wording_line(language: Language, ar: &str, fr: &str) -> String {
    match language {
        Language::Arabic | Language::Darija => ar.to_owned(),
        _ => fr.to_owned(),
    }
}

/// What a file lacks, in a sentence.
pub(super) fn lack(texts: &Texts, lack: &Lack) -> String {
    let mut args = FluentArgs::new();
    for (name, value) in &lack.values {
        // Amounts and counts are written as the language writes numbers.
        if matches!(*name, "amount" | "min" | "max" | "count" | "all")
            && let Ok(number) = value.parse::<f64>()
        {
            args.set(*name, number);
            continue;
        }
        let text = match *name {
            "day" => texts.written_date(value),
            "role" => texts.text(&format!("value-role-{value}")),
            "document" => document(texts.language(), value),
            "who" if value.is_empty() => texts.text("founding-somebody"),
            _ => value.clone(),
        };
        args.set((*name).to_owned(), texts.value(&text));
    }
    texts.text_with(&format!("founding-lack-{}", lack.code), &args)
}

/// What a paper is called.
pub(super) fn document(language: Language, code: &str) -> String {
    paper(code).map_or_else(|| code.to_owned(), |paper| wording_line(language, &paper.ar, &paper.fr))
}

/// A sentence with one value.
pub(super) fn with(texts: &Texts, key: &str, values: &[(&'static str, String)]) -> String {
    let mut args = FluentArgs::new();
    for (name, value) in values {
        args.set(*name, texts.value(value));
    }
    texts.text_with(key, &args)
}

/// For whom a file waits, and since when; one sentence for each who is waited for.
pub(super) fn waits(texts: &Texts, seen: &Seen) -> Vec<String> {
    let founding = &seen.founding;
    let since = texts.date(Instant(founding.since));
    let place = || {
        let code = founding.province.to_string();
        register::province(texts.language(), &code).map_or(code.clone(), ToOwned::to_owned)
    };
    let mut sentences = match founding.step {
        Step::NameAsked => vec![with(texts, "founding-waits-name", &[("date", since), ("place", place())])],
        Step::Submitted => vec![with(texts, "founding-waits-review", &[("date", since), ("place", place())])],
        Step::Accepted => vec![with(texts, "founding-waits-entry", &[("date", since), ("place", place())])],
        Step::Name | Step::File => vec![with(texts, "founding-waits-founders", &[("date", since)])],
        Step::Registered => vec![with(texts, "founding-is-registered", &[("date", since)])],
        Step::GivenUp => vec![with(texts, "founding-is-given-up", &[("date", since)])],
    };
    if founding.step.is_open() {
        sentences.extend(seen.seats.iter().filter_map(|seat| waits_for(texts, &seat.founder)));
    }
    sentences
}

/// What one founder is waited for.
fn waits_for(texts: &Texts, founder: &Founder) -> Option<String> {
    let who = founder.called().map_or_else(|| texts.text("founding-somebody"), str::to_owned);
    let (key, since) = match (founder.joined_at, founder.confirmed_at) {
        (None, _) => ("founding-waits-joining", founder.invited_at),
        (Some(joined_at), None) => ("founding-waits-confirming", joined_at),
        (Some(_), Some(_)) => return None,
    };
    Some(with(texts, key, &[("who", who), ("date", texts.date(Instant(since)))]))
}

/// The state of one founder, for the list of them.
pub(super) fn state(founder: &Founder) -> &'static str {
    match (founder.has_joined(), founder.has_confirmed()) {
        (false, _) => "founding-seat-invited",
        (true, false) => "founding-seat-joined",
        (true, true) => "founding-seat-confirmed",
    }
}

/// The steps of the path, each done, current or still to come.
pub(super) fn path(step: Step) -> Vec<Value> {
    let at = Step::PATH.into_iter().position(|on_path| on_path == step);
    let state = |place: usize| match at {
        Some(at) if place < at || step == Step::Registered => "done",
        Some(at) if place == at => "current",
        _ => "to-come",
    };
    let steps = Step::PATH.into_iter().enumerate();
    steps
        .map(|(place, step)| context! { key => format!("founding-step-{}", step.name()), state => state(place) })
        .collect()
}

/// The key of a section's title.
pub(super) fn section_key(section: Section) -> String {
    format!("founding-section-{}", section.name())
}
