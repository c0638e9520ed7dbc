//! Bytes that nobody can foresee. They are the kernel's: WASI hands them in, and in a case of `tiwizi plugin test` they follow from its seed.

use crate::Error;

/// So many bytes.
///
/// # Errors
/// `internal` when there is no randomness, which no kernel answers.
#[expect(clippy::disallowed_methods, reason = "a plugin's randomness is handed in by the kernel, through WASI")]
pub fn bytes<const COUNT: usize>() -> Result<[u8; COUNT], Error> {
    let mut bytes = [0; COUNT];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(format!("there is no randomness: {error}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_keys_are_the_same() {
        assert_ne!(super::bytes::<16>().unwrap(), super::bytes::<16>().unwrap());
    }
}
