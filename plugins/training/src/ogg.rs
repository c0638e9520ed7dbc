//! How long a recording is, when its file is Ogg. Others do not say it where it could be read at once.

use tiwizi_sdk::Error;
use tiwizi_sdk::blobs::{self, Blob};

/// What is read of a file's end: a page has at most 65,307 bytes.
const TAIL_BYTES: u32 = 65_536;
/// Opus counts in these, whatever was recorded.
const SAMPLES_A_SECOND: u64 = 48_000;
const SECONDS_MAX: u64 = 7_200;

/// The length of an Opus file in seconds; 0 when it is not known.
pub(crate) fn seconds(blob: &Blob) -> Result<u32, Error> {
    if blob.media_type.contains("ogg") || blob.media_type.contains("opus") {
        let tail = blobs::read(&blob.id, blob.bytes.saturating_sub(TAIL_BYTES.into()), TAIL_BYTES)?;
        return Ok(seconds_of(&tail));
    }
    Ok(0)
}

fn seconds_of(tail: &[u8]) -> u32 {
    let Some(page) = tail.windows(4).rposition(|window| window == b"OggS") else { return 0 };
    let granule = tail.get(page + 6..page + 14).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
    u32::try_from((granule / SAMPLES_A_SECOND).min(SECONDS_MAX)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_says_how_long_it_is() {
        let mut tail = b"..OggS\0\0\0\0\0\0\0\0\0\0....OggS\0\x04".to_vec();
        tail.extend((84 * SAMPLES_A_SECOND).to_le_bytes());
        assert_eq!(seconds_of(&tail), 84);
        assert_eq!(seconds_of(b"RIFF"), 0);
        assert_eq!(seconds_of(b"OggS"), 0);
    }
}
