//! `i18n`: the plugin's own messages, numbers and days, as pages write them.

use std::sync::Arc;

use tiwizi_model::{Instant, Language, limits};
use tiwizi_words::{Texts, format};

use crate::bindings::tiwizi::plugin::i18n::Host;
use crate::bindings::tiwizi::plugin::types::Error;
use crate::guest::state::CallState;
use crate::imports::error;
use crate::text::escaped;

impl Host for CallState {
    async fn translate(
        &mut self,
        key: String,
        args: Vec<(String, String)>,
        language: Option<String>,
    ) -> wasmtime::Result<Result<String, Error>> {
        self.count()?;
        let waited = self.budget.waited().clone();
        // The first question of a plugin reads its files; that is the kernel's time.
        let outcome = waited.during(self.translated(&key, &args, language.as_deref())).await;
        Ok(self.counted(outcome))
    }

    async fn format_number(&mut self, value: f64, decimals: u8, language: Option<String>) -> wasmtime::Result<String> {
        self.count()?;
        Ok(format::number_with(self.spoken(language.as_deref()), value, decimals))
    }

    async fn format_date(&mut self, at: u64, language: Option<String>) -> wasmtime::Result<String> {
        self.count()?;
        let texts = Texts::new(self.spoken(language.as_deref()), Arc::clone(&self.ground.messages));
        Ok(texts.date(Instant(i64::try_from(at).unwrap_or(i64::MAX))))
    }
}

impl CallState {
    async fn translated(
        &mut self,
        key: &str,
        args: &[(String, String)],
        language: Option<&str>,
    ) -> Result<String, Error> {
        demand_few(args)?;
        let language = match language {
            None => self.language,
            Some(tag) => tag.parse().map_err(|failed: tiwizi_model::language::LanguageError| {
                error("invalid", escaped(&failed.to_string(), limits::PROBLEM_CHARS_MAX))
            })?,
        };
        Texts::new(language, self.plugin.messages()).find_with(key, args).ok_or_else(|| {
            let key = escaped(key, limits::ECHO_CHARS_MAX);
            error("not-found", format!("no locale of {} has the message {key}", self.plugin.id()))
        })
    }

    /// The language that is asked for; the call's own without one.
    fn spoken(&self, language: Option<&str>) -> Language {
        language.and_then(|tag| tag.parse().ok()).unwrap_or(self.language)
    }
}

/// A message may repeat a value, so what is put into it has a bound of its own.
fn demand_few(args: &[(String, String)]) -> Result<(), Error> {
    let bytes =
        args.iter().fold(0_usize, |bytes, (name, value)| bytes.saturating_add(name.len()).saturating_add(value.len()));
    if args.len() <= limits::MESSAGE_ARGS_MAX && bytes <= limits::MESSAGE_ARGS_BYTES_MAX {
        return Ok(());
    }
    let (most, bytes_max) = (limits::MESSAGE_ARGS_MAX, limits::MESSAGE_ARGS_BYTES_MAX);
    Err(error("over-limit", format!("a message takes at most {most} values with {bytes_max} bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_a_message_is_bounded() {
        let args = |number, bytes| vec![("a".to_owned(), "x".repeat(bytes)); number];
        assert!(demand_few(&args(limits::MESSAGE_ARGS_MAX, 10)).is_ok());
        assert!(demand_few(&args(1, limits::MESSAGE_ARGS_BYTES_MAX - 1)).is_ok());
        for wrong in [args(limits::MESSAGE_ARGS_MAX + 1, 0), args(1, limits::MESSAGE_ARGS_BYTES_MAX)] {
            assert_eq!(demand_few(&wrong).unwrap_err().code, "over-limit");
        }
    }
}
