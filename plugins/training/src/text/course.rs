//! A course as text: its names in every language in the front matter, then its modules.

use std::fmt::Write as _;

use tiwizi_sdk::{Language, Texts};

use super::{Faults, front_matter, heading, is_code, pair, plain, words};

/// What a course's text says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct CourseText {
    pub(crate) languages: Vec<Language>,
    pub(crate) sources: Vec<String>,
    pub(crate) title: Texts,
    pub(crate) summary: Texts,
    pub(crate) modules: Vec<ModuleText>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ModuleText {
    pub(crate) line: usize,
    pub(crate) code: String,
    pub(crate) title: Texts,
    pub(crate) minutes: u32,
    pub(crate) lessons: Vec<String>,
    pub(crate) quiz: String,
    pub(crate) pass: u32,
}

/// Reads a course.
pub(crate) fn read(text: &str, faults: &mut Faults) -> CourseText {
    let (pairs, lines) = front_matter(text, faults);
    let mut course = CourseText::default();
    for (line, name, value) in pairs {
        match name.split_once('.') {
            Some(("title", tag)) => insert(&mut course.title, line, tag, value, faults),
            Some(("summary", tag)) => insert(&mut course.summary, line, tag, value, faults),
            None if name == "source" => course.sources.push(value.to_owned()),
            None if name == "languages" => {
                for tag in words(value) {
                    match tag.parse() {
                        Ok(language) if !course.languages.contains(&language) => course.languages.push(language),
                        _ => faults.add(line, "fault-language", tag),
                    }
                }
            }
            _ => faults.add(line, "fault-name", name),
        }
    }
    for (line, words) in lines {
        if let Some(code) = heading(words) {
            if !is_code(code) || course.modules.iter().any(|module| module.code == code) {
                faults.add(line, "fault-code", code);
            }
            let minutes = 15;
            course.modules.push(ModuleText { line, code: code.to_owned(), minutes, pass: 1, ..ModuleText::default() });
        } else if let (Some(module), Some((name, value))) = (course.modules.last_mut(), pair(words)) {
            module.take(line, name, value, faults);
        } else if !words.is_empty() {
            faults.add(line, "fault-pair", words);
        }
    }
    check(&course, faults);
    course
}

impl ModuleText {
    fn take(&mut self, line: usize, name: &str, value: &str, faults: &mut Faults) {
        let number = value.parse().ok();
        match (name, number) {
            ("minutes", Some(minutes @ 1..=600)) => self.minutes = minutes,
            ("pass", Some(pass @ 1..=40)) => self.pass = pass,
            ("minutes" | "pass", _) => faults.add(line, "fault-number", value),
            ("lessons", _) => self.lessons = words(value).map(ToOwned::to_owned).collect(),
            ("quiz", _) => value.clone_into(&mut self.quiz),
            _ => match name.split_once('.') {
                Some(("title", tag)) => insert(&mut self.title, line, tag, value, faults),
                _ => faults.add(line, "fault-name", name),
            },
        }
    }
}

fn insert(texts: &mut Texts, line: usize, tag: &str, value: &str, faults: &mut Faults) {
    match tag.parse() {
        Ok(language) if !value.is_empty() && value.chars().count() <= 400 => texts.insert(language, plain(value)),
        Ok(_) => faults.add(line, "fault-long", value),
        Err(_) => faults.add(line, "fault-language", tag),
    }
}

fn check(course: &CourseText, faults: &mut Faults) {
    if course.title.is_empty() || course.summary.is_empty() {
        faults.add(0, "fault-title", "");
    }
    if course.languages.is_empty() {
        faults.add(0, "fault-language", "");
    }
    if course.sources.len() > 20 || course.sources.iter().any(|source| source.chars().count() > 300) {
        faults.add(0, "fault-long", "");
    }
    if course.modules.is_empty() || course.modules.len() > 30 {
        faults.add(0, "fault-modules", "");
    }
    let mut codes: Vec<&str> = Vec::new();
    for module in &course.modules {
        if module.title.is_empty() {
            faults.add(module.line, "fault-title", &module.code);
        }
        if module.lessons.is_empty() || module.lessons.len() > 30 {
            faults.add(module.line, "fault-lessons", &module.code);
        }
        for code in module.lessons.iter().chain([&module.quiz]) {
            if !is_code(code) || codes.contains(&code.as_str()) {
                faults.add(module.line, "fault-code", code);
            }
            codes.push(code);
        }
    }
}

/// The text of a course.
pub(crate) fn write(course: &CourseText) -> String {
    let tags: Vec<&str> = course.languages.iter().map(|language| language.tag()).collect();
    let mut text = format!("---\nlanguages: {}\n", tags.join(", "));
    write_texts(&mut text, "title", &course.title);
    write_texts(&mut text, "summary", &course.summary);
    for source in &course.sources {
        writeln!(text, "source: {source}").unwrap_or_default();
    }
    text.push_str("---\n");
    for module in &course.modules {
        writeln!(text, "\n## {}", module.code).unwrap_or_default();
        write_texts(&mut text, "title", &module.title);
        let (lessons, quiz) = (module.lessons.join(", "), &module.quiz);
        writeln!(text, "minutes: {}\nlessons: {lessons}\nquiz: {quiz}\npass: {}", module.minutes, module.pass)
            .unwrap_or_default();
    }
    text
}

fn write_texts(text: &mut String, name: &str, texts: &Texts) {
    for language in texts.languages() {
        writeln!(text, "{name}.{language}: {}", texts.get(language).unwrap_or_default()).unwrap_or_default();
    }
}
