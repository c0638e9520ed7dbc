//! What is noted of one call while it runs, up to a bound. It lies in memory only, as it was said, until the call has ended: well, and
//! it is forgotten; or not, and it is blanked and kept.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tiwizi_model::{Instant, limits};

/// The notes of one call, shared between the call and its host functions.
#[derive(Debug, Clone)]
pub(crate) struct Recording(Arc<Mutex<Notes>>);

#[derive(Debug)]
pub(super) struct Notes {
    pub(super) at: Instant,
    pub(super) export: &'static str,
    pub(super) arguments: String,
    pub(super) calls: Vec<NotedCall>,
    pub(super) seed: Option<[u8; 32]>,
    pub(super) cut: bool,
    bytes: usize,
}

/// One host call, as JSON.
#[derive(Debug)]
pub(super) struct NotedCall {
    pub(super) name: &'static str,
    pub(super) arguments: String,
    pub(super) answer: Option<String>,
}

impl Recording {
    pub(crate) fn begin(at: Instant) -> Self {
        let notes =
            Notes { at, export: "", arguments: "null".to_owned(), calls: Vec::new(), seed: None, cut: false, bytes: 0 };
        Self(Arc::new(Mutex::new(notes)))
    }

    /// Notes what was called.
    pub(crate) fn export(&self, name: &'static str, arguments: &impl Serialize) {
        let mut notes = self.notes();
        notes.export = name;
        match json(arguments, notes.room()) {
            Some(text) => {
                notes.bytes = notes.bytes.saturating_add(text.len());
                notes.arguments = text;
            }
            None => notes.cut = true,
        }
    }

    /// The arguments of a host call, to be noted with its answer. They are gone when it has answered.
    pub(crate) fn arguments(&self, arguments: &impl Serialize) -> Option<String> {
        let room = self.notes().room();
        json(arguments, room)
    }

    /// Notes a host call. After the first that finds no room nothing more is noted.
    pub(crate) fn call(&self, name: &'static str, arguments: Option<String>, answer: Option<&impl Serialize>) {
        let mut notes = self.notes();
        if notes.cut {
            return;
        }
        let answer = answer.map(|answer| json(answer, notes.room()));
        let (Some(arguments), Some(answer)) = (arguments, answer.map_or(Some(None), |answer| answer.map(Some))) else {
            notes.cut = true;
            return;
        };
        let bytes = arguments.len().saturating_add(answer.as_ref().map_or(0, String::len));
        notes.bytes = notes.bytes.saturating_add(bytes);
        if notes.bytes > limits::CAPTURE_BYTES_MAX || notes.calls.len() >= limits::CAPTURE_CALLS_MAX {
            notes.cut = true;
            return;
        }
        notes.calls.push(NotedCall { name, arguments, answer });
    }

    pub(crate) fn seed(&self, seed: [u8; 32]) {
        self.notes().seed = Some(seed);
    }

    pub(super) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notes {
    fn room(&self) -> usize {
        if self.cut { 0 } else { limits::CAPTURE_BYTES_MAX.saturating_sub(self.bytes) }
    }
}

/// JSON of at most so many bytes; none when it would be longer.
fn json(value: &impl Serialize, bytes_max: usize) -> Option<String> {
    let mut writer = Bounded { bytes: Vec::new(), bytes_max };
    serde_json::to_writer(&mut writer, value).ok()?;
    String::from_utf8(writer.bytes).ok()
}

struct Bounded {
    bytes: Vec<u8>,
    bytes_max: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len().saturating_add(bytes.len()) > self.bytes_max {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_is_cut_where_there_is_no_room() {
        let recording = Recording::begin(Instant(1));
        recording.export("http-handler.handle", &("a", 1));
        let large = "x".repeat(limits::CAPTURE_BYTES_MAX / 3);
        for _ in 0..4 {
            let arguments = recording.arguments(&(&large,));
            recording.call("kv.set", arguments, Some(&"fine"));
        }
        recording.call("kv.get", recording.arguments(&("k",)), Some(&"fine"));
        let notes = recording.notes();
        assert_eq!((notes.calls.len(), notes.cut), (2, true));
        assert_eq!(notes.arguments, "[\"a\",1]");
    }

    #[test]
    fn a_call_that_ends_the_guest_has_no_answer() {
        let recording = Recording::begin(Instant(1));
        recording.call("store.get", recording.arguments(&("note", "1")), None::<&String>);
        assert_eq!(recording.notes().calls[0].answer, None);
        assert!(!recording.notes().cut);
    }
}
