//! `tiwizi set-document`: the process in which the press sets a plugin's document. No person calls it.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use tiwizi_host::Sheet;
use tiwizi_model::{Instant, Language};
use tiwizi_print::{Document, Fonts};
use tiwizi_words::{Messages, Texts};

/// Reads a sheet from standard input and writes the document to standard output.
pub(crate) fn run() -> ExitCode {
    let (output, complaint) = (std::io::stdout().lock(), std::io::stderr());
    ExitCode::from(tiwizi_host::set_document(std::io::stdin(), output, complaint, |sheet| {
        set(sheet).map_err(|error| format!("{error:#}"))
    }))
}

fn set(sheet: &Sheet) -> anyhow::Result<Vec<u8>> {
    let language: Language = sheet.language.parse()?;
    let fonts = Fonts::load(&sheet.fonts)?;
    let mut locales = Vec::new();
    for (tag, text) in &sheet.locales {
        let language: Language = tag.parse()?;
        // A locale that is not well-formed is left out, as on pages.
        if Messages::of([(language, text)]).is_ok() {
            locales.push((language, text));
        }
    }
    let messages = Messages::of(locales).context("the plugin's messages cannot be read")?;
    let texts = Texts::new(language, Arc::new(Messages::kernel())).with_plugin(Arc::new(messages));
    let files: BTreeMap<String, &[u8]> =
        sheet.files.iter().map(|(path, content)| (path.clone(), content.as_ref())).collect();
    let document = Document { main: &sheet.main, files: &files, data: &sheet.data, at: Instant(sheet.at) };
    Ok(tiwizi_print::set(&document, &Arc::new(texts), &fonts)?)
}
