//! What no text of the register holds, however it comes: typed, sent or imported.

/// Why a letter does not belong into a name: a code and a sentence. Spaces of any kind are for the caller to settle first.
pub(crate) fn strange(letter: char) -> Option<(&'static str, &'static str)> {
    match letter {
        '\0' => Some(("nul", "it holds a NUL byte")),
        '\u{fffd}' => Some(("encoding", "it holds a letter that was lost when the file was saved")),
        _ if letter.is_control() => Some(("control", "it holds a control character")),
        _ => None,
    }
}
