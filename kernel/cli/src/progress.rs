//! How far a transfer is, on a terminal. Where the output is no terminal, or is JSON, nothing is shown.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts bytes.
#[derive(Debug, Clone)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar that shows itself once something begins.
    pub(crate) fn new(is_json: bool) -> Self {
        if is_json { Self::hidden() } else { Self(ProgressBar::new(0)) }
    }

    /// One that never shows itself.
    pub(crate) fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    /// Begins with so many bytes.
    pub(crate) fn begin(&self, work: &'static str, bytes: usize) {
        let style = ProgressStyle::with_template(
            "{msg:10} {bar:30} {bytes:>12} of {total_bytes}  {elapsed} (about {eta} left)",
        );
        self.0.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.0.set_message(work);
        self.0.set_length(bytes as u64);
    }

    /// Begins with nobody knows how many bytes.
    pub(crate) fn begin_open(&self, work: &'static str) {
        let style = ProgressStyle::with_template("{msg:10} {spinner} {bytes:>12}  {elapsed}");
        self.0.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        self.0.set_message(work);
    }

    /// So many bytes more.
    pub(crate) fn advance(&self, bytes: usize) {
        self.0.inc(bytes as u64);
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
