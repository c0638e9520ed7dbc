//! Messages: Fluent files in seven languages, the kernel's own and one set per plugin.
//!
//! A message that a language lacks is taken from the languages after it ([`Language::fallbacks`]); no raw key is ever
//! shown. It deliberately does not know where a plugin's files come from, nor how a page looks.
//!
//! A file is read when its language is first asked for: read, it takes several times its size, and few instances are asked for all seven.
//! The kernel's own are part of the program, so the tests beside this hold all of them and no start has to.
//!
//! **Plural rules.** CLDR has rules for Arabic, French, Tachelhit and Central Atlas Tamazight, and none for the other
//! three. These go by the rules of their nearest relative, until linguists give their own:
//! - Darija by Arabic's six forms (a file needs only those that differ: Darija speaks of one, two, three to ten, more);
//! - Standard Amazigh and Tarifit by Tachelhit's three (0 and 1; 2 to 10; more).

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use tiwizi_model::{Instant, Language, PluginId};
use unic_langid::LanguageIdentifier;

use crate::format::{self, Day};

/// What a page shows where no language has a text. The log says which key it was.
const MISSING: &str = "…";
/// A longer row of digits is a code.
const NUMBER_BYTES_MAX: usize = 15;
/// The first line of a file that a machine drafted.
const DRAFT_MARK: &str = "# draft";

const KERNEL: [(Language, &str); 7] = [
    (Language::Arabic, include_str!("../../../manifests/kernel/locales/ar.ftl")),
    (Language::Darija, include_str!("../../../manifests/kernel/locales/ary.ftl")),
    (Language::French, include_str!("../../../manifests/kernel/locales/fr.ftl")),
    (Language::StandardAmazigh, include_str!("../../../manifests/kernel/locales/zgh.ftl")),
    (Language::Tachelhit, include_str!("../../../manifests/kernel/locales/shi.ftl")),
    (Language::CentralAtlas, include_str!("../../../manifests/kernel/locales/tzm.ftl")),
    (Language::Tarifit, include_str!("../../../manifests/kernel/locales/rif.ftl")),
];

/// Why a file of messages cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessagesError {
    /// It is not Fluent.
    #[error("the messages in {language} are not well-formed: {first}")]
    Syntax {
        /// The file's language.
        language: Language,
        /// The first thing that is wrong.
        first: String,
    },
    /// A key stands in it twice.
    #[error("the messages in {language} name a key twice: {first}")]
    Twice {
        /// The file's language.
        language: Language,
        /// The key.
        first: String,
    },
}

/// The messages of one language.
struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    draft: bool,
}

/// The messages of one language, read at the first question; none when they are not well-formed.
type Shelf = LazyLock<Option<Catalogue>, Box<dyn FnOnce() -> Option<Catalogue> + Send>>;

/// The messages of the kernel, or of one plugin, in the languages that it has.
pub struct Messages(BTreeMap<Language, Shelf>);

impl Messages {
    /// The kernel's own.
    #[must_use]
    pub fn kernel() -> Self {
        let shelf = |(language, text): (Language, &'static str)| {
            let read = move || {
                let read = catalogue(language, text);
                read.inspect_err(|error| tracing::error!(%error, "messages of the kernel are left out")).ok()
            };
            (language, Shelf::new(Box::new(read)))
        };
        Self(KERNEL.into_iter().map(shelf).collect())
    }

    /// The messages in these files, read at once.
    ///
    /// # Errors
    /// When a file is not well-formed.
    pub fn of<T: AsRef<str>>(files: impl IntoIterator<Item = (Language, T)>) -> Result<Self, MessagesError> {
        let mut shelves = BTreeMap::new();
        for (language, text) in files {
            let catalogue = catalogue(language, text.as_ref())?;
            shelves.insert(language, Shelf::new(Box::new(move || Some(catalogue))));
        }
        Ok(Self(shelves))
    }

    /// The messages of a plugin. A file that is not well-formed is left out, and named in the log when its language is first asked for.
    pub fn readable(plugin: &PluginId, files: Vec<(Language, Arc<str>)>) -> Self {
        let shelf = |(language, text): (Language, Arc<str>)| {
            let plugin = plugin.clone();
            let read = move || {
                let read = catalogue(language, &text);
                let told = read.inspect_err(
                    |error| tracing::error!(plugin.id = %plugin, %error, "a plugin's messages are left out"),
                );
                told.ok()
            };
            (language, Shelf::new(Box::new(read)))
        };
        Self(files.into_iter().map(shelf).collect())
    }

    /// Whether the texts of this language were drafted by a machine and wait for a native speaker.
    pub fn is_draft(&self, language: Language) -> bool {
        self.catalogue(language).is_some_and(|catalogue| catalogue.draft)
    }

    /// Whether any language has a message of this key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        let has =
            |catalogue: &Catalogue| catalogue.bundle.get_message(key).is_some_and(|message| message.value().is_some());
        self.0.keys().any(|language| self.catalogue(*language).is_some_and(has))
    }

    fn catalogue(&self, language: Language) -> Option<&Catalogue> {
        let read: &Option<Catalogue> = self.0.get(&language)?;
        read.as_ref()
    }

    /// The message in this language or, where it lacks it, in those after it; with the language it was found in.
    fn find(&self, language: Language, key: &str, args: &FluentArgs) -> Option<(Language, String)> {
        let order = std::iter::once(language).chain(language.fallbacks().iter().copied());
        order.into_iter().find_map(|language| {
            let bundle = &self.catalogue(language)?.bundle;
            let pattern = bundle.get_message(key)?.value()?;
            let mut errors = Vec::new();
            let counted = counted(language, args);
            let args = counted.as_ref().unwrap_or(args);
            let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
            if let Some(error) = errors.first() {
                tracing::debug!(message.key = key, message.language = %language, %error, "a message lacks a value");
            }
            Some((language, text))
        })
    }
}

fn catalogue(language: Language, text: &str) -> Result<Catalogue, MessagesError> {
    let resource = FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| MessagesError::Syntax {
        language,
        first: errors.first().map(ToString::to_string).unwrap_or_default(),
    })?;
    let mut bundle = FluentBundle::new_concurrent(vec![plural_rules(language)]);
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match language {
        Language::Arabic | Language::Darija => |value, _| grouped(Language::Arabic, value),
        Language::French => |value, _| grouped(Language::French, value),
        _ => |value, _| grouped(Language::StandardAmazigh, value),
    }));
    bundle.add_resource(resource).map_err(|errors| MessagesError::Twice {
        language,
        first: errors.first().map(ToString::to_string).unwrap_or_default(),
    })?;
    Ok(Catalogue { bundle, draft: text.starts_with(DRAFT_MARK) })
}

/// The language by whose plural rules a language goes; see the module's head.
fn plural_rules(language: Language) -> LanguageIdentifier {
    let tag = match language {
        Language::Arabic | Language::Darija => "ar",
        Language::French => "fr",
        Language::StandardAmazigh | Language::Tachelhit | Language::Tarifit => "shi",
        Language::CentralAtlas => "tzm",
    };
    tag.parse().unwrap_or_default()
}

/// The values of an Arabic message whose form follows from the last two digits. The library's rules forget that
/// (`n % 100` in CLDR): so from a hundred on, a number that has the right form stands in for choosing, and the real one is
/// kept beside it for showing. None where nothing needs to change.
fn counted(language: Language, args: &FluentArgs) -> Option<FluentArgs<'static>> {
    let is_large = |value: &FluentValue| matches!(value, FluentValue::Number(number) if number.value >= 100.0);
    if !matches!(language, Language::Arabic | Language::Darija) || !args.iter().any(|(_, value)| is_large(value)) {
        return None;
    }
    let mut result = FluentArgs::new();
    for (name, value) in args.iter() {
        let mut value = value.clone().into_owned();
        if let FluentValue::Number(number) = &mut value
            && number.value >= 100.0
        {
            let last_two = number.value % 100.0;
            number.options.currency = Some(number.value.to_string());
            number.value = if last_two >= 3.0 { last_two } else { 100.0 };
        }
        result.set(name.to_owned(), value);
    }
    Some(result)
}

fn grouped(language: Language, value: &FluentValue) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let real = number.options.currency.as_ref().and_then(|real| real.parse().ok());
    Some(format::number(language, real.unwrap_or(number.value)))
}

/// The texts of one page: a plugin's first, then the kernel's.
#[derive(Clone)]
pub struct Texts {
    language: Language,
    kernel: Arc<Messages>,
    plugin: Option<Arc<Messages>>,
}

impl Texts {
    /// The kernel's texts in a language.
    pub fn new(language: Language, kernel: Arc<Messages>) -> Self {
        Self { language, kernel, plugin: None }
    }

    /// The same with a plugin's texts before them.
    pub fn with_plugin(mut self, plugin: Arc<Messages>) -> Self {
        self.plugin = Some(plugin);
        self
    }

    /// The language of the page.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text of a key without values.
    pub fn text(&self, key: &str) -> String {
        self.text_with(key, &FluentArgs::new())
    }

    /// The text of a key with its values.
    pub fn text_with(&self, key: &str, args: &FluentArgs) -> String {
        self.find(key, args).unwrap_or_else(|| {
            tracing::warn!(message.key = key, message.language = %self.language, "no language has this message");
            MISSING.to_owned()
        })
    }

    /// The text of a key, if there is one: for keys that are made of data, such as codes.
    pub fn find(&self, key: &str, args: &FluentArgs) -> Option<String> {
        let sets = [self.plugin.as_deref(), Some(&*self.kernel)];
        let (found, text) = sets.into_iter().flatten().find_map(|set| set.find(self.language, key, args))?;
        let foreign = found.is_right_to_left() != self.language.is_right_to_left();
        Some(if foreign { isolated(&text) } else { text })
    }

    /// The text of a key with values that are texts themselves; one that is written as a plain number chooses among the message's forms
    /// like a number.
    #[must_use]
    pub fn find_with(&self, key: &str, values: &[(String, String)]) -> Option<String> {
        let mut args = FluentArgs::new();
        for (name, text) in values {
            args.set(name.clone(), plain_number(text).map_or_else(|| self.value(text), FluentValue::from));
        }
        self.find(key, &args)
    }

    /// A number as this language writes it.
    pub fn number(&self, value: f64) -> String {
        format::number(self.language, value)
    }

    /// An amount of money as this language writes it.
    pub fn money(&self, value: f64) -> String {
        format::money(self.language, value)
    }

    /// The day of a moment, in words.
    pub fn date(&self, moment: Instant) -> String {
        self.day(Day::of(moment))
    }

    /// The day and the time of a moment.
    pub fn moment(&self, moment: Instant) -> String {
        let mut args = FluentArgs::new();
        args.set("date", self.date(moment));
        args.set("clock", format::clock(moment));
        self.text_with("date-clock", &args)
    }

    /// A size in bytes.
    pub fn size(&self, bytes: u64) -> String {
        format::size(self.language, bytes)
    }

    /// A written day (`2024-05-01`) in words; any other text as it is.
    pub fn written_date(&self, text: &str) -> String {
        Day::parse(text).map_or_else(|| text.to_owned(), |day| self.day(day))
    }

    fn day(&self, day: Day) -> String {
        let mut args = FluentArgs::new();
        args.set("day", day.day.to_string());
        args.set("month", self.text(&format!("month-{}", day.month)));
        args.set("year", day.year.to_string());
        self.text_with("date-long", &args)
    }

    /// A text that goes into a message: apart from its surroundings if it is written the other way.
    pub fn value(&self, text: &str) -> FluentValue<'static> {
        let other_way = if self.language.is_right_to_left() {
            text.chars().any(|letter| letter.is_alphabetic() && !is_right_to_left(letter))
        } else {
            text.chars().any(is_right_to_left)
        };
        FluentValue::from(if other_way { isolated(text) } else { text.to_owned() })
    }
}

/// A number that is written with digits, a sign and a point alone. What begins with a needless zero is a code.
fn plain_number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits.len() <= NUMBER_BYTES_MAX
        && digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.ends_with(|last: char| last.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && (digits == "0" || !digits.starts_with('0') || digits.starts_with("0."));
    text.parse().ok().filter(|_| is_plain)
}

fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

/// Between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE.
fn isolated(text: &str) -> String {
    format!("\u{2068}{text}\u{2069}")
}

#[cfg(test)]
mod tests;
