//! Pictures that people send: what they are is read from their bytes, and what is kept is written anew from the parts that draw them.
//!
//! A name or a type that the sender gives counts for nothing. JPEG, PNG and WebP are taken apart; what tells where and with what a picture
//! was taken, comments, colour profiles, and whatever stands behind its end are left out. What is none of the three is refused: a drawing
//! that may carry a script never becomes a picture of a shop. The pixels are not decoded, so a picture loses nothing.

mod jpeg;
mod png;
mod webp;

/// Bytes of a picture that is sent.
pub const BYTES_MAX: u64 = 4 << 20;
/// Pixels of a side.
pub const SIDE_MAX: u32 = 10_000;
/// Pixels of a picture: a browser needs four bytes for each.
pub const PIXELS_MAX: u64 = 40_000_000;

/// A picture, written anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What it is: `image/jpeg`, `image/png` or `image/webp`.
    pub media_type: &'static str,
    /// All of it.
    pub bytes: Vec<u8>,
    /// As it is shown, in pixels.
    pub width: u32,
    /// As it is shown, in pixels.
    pub height: u32,
}

/// Why something is no picture here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is none of the three kinds, whatever its name says.
    Kind,
    /// It begins as one of them and does not go on so.
    Damaged,
    /// More than [`BYTES_MAX`].
    Heavy,
    /// More than [`SIDE_MAX`] or [`PIXELS_MAX`].
    Large,
    /// It moves.
    Moving,
}

impl Refused {
    /// The word of the fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kind => "picture-kind",
            Self::Damaged => "picture-damaged",
            Self::Heavy => "picture-heavy",
            Self::Large => "picture-large",
            Self::Moving => "picture-moving",
        }
    }
}

/// Writes a picture anew.
///
/// # Errors
/// Why it is none.
pub fn remake(bytes: &[u8]) -> Result<Made, Refused> {
    if bytes.len() as u64 > BYTES_MAX {
        return Err(Refused::Heavy);
    }
    let made = if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        jpeg::remake(bytes)
    } else if bytes.starts_with(png::SIGNATURE) {
        png::remake(bytes)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        webp::remake(bytes)
    } else {
        Err(Refused::Kind)
    }?;
    let pixels = u64::from(made.width) * u64::from(made.height);
    match () {
        () if pixels == 0 => Err(Refused::Damaged),
        () if made.width.max(made.height) > SIDE_MAX || pixels > PIXELS_MAX => Err(Refused::Large),
        () => Ok(made),
    }
}

/// Reads bytes from the front; nothing when there are fewer.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Refused> {
        let (front, rest) = self.0.split_at_checked(count).ok_or(Refused::Damaged)?;
        self.0 = rest;
        Ok(front)
    }

    fn array<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], Refused> {
        self.take(COUNT)?.try_into().map_err(|_| Refused::Damaged)
    }

    fn byte(&mut self) -> Result<u8, Refused> {
        self.array::<1>().map(|[byte]| byte)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The smallest picture of each kind, as cameras and drawing programs write them.
    pub(crate) const PNG: &[u8] = &[
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
        0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00,
        0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0xf0, 0x1f, 0x00, 0x05, 0x00, 0x01, 0xff,
        0x89, 0x99, 0x3d, 0x1d, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
    ];

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], &length[..], content].concat()
    }

    /// A picture of 3 by 2 with those segments before it and that behind its end.
    pub(crate) fn jpeg(before: &[Vec<u8>], behind: &[u8]) -> Vec<u8> {
        let frame = segment(0xc0, &[8, 0, 2, 0, 3, 1, 1, 0x11, 0]);
        let scan = [segment(0xda, &[1, 1, 0, 0, 0x3f, 0]), vec![0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]].concat();
        let tables = [segment(0xdb, &[0; 65]), segment(0xc4, &[0; 20])].concat();
        [&[0xff, 0xd8], before.concat().as_slice(), &tables, &frame, &scan, &[0xff, 0xd9], behind].concat()
    }

    fn webp(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut body = b"WEBP".to_vec();
        for (name, content) in chunks {
            body.extend_from_slice(*name);
            body.extend_from_slice(&u32::try_from(content.len()).unwrap().to_le_bytes());
            body.extend_from_slice(content);
            body.extend(std::iter::repeat_n(0, content.len() % 2));
        }
        [b"RIFF", &u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body].concat()
    }

    fn holds(bytes: &[u8], words: &[u8]) -> bool {
        bytes.windows(words.len()).any(|window| window == words)
    }

    #[test]
    fn a_picture_that_is_a_script_is_refused_whatever_it_is_called() {
        for script in [
            &b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"[..],
            b"<!doctype html><script>alert(1)</script>",
            b"#!/bin/sh\nrm -rf /",
            b"GIF89a=1;alert(1)//",
            b"%PDF-1.7",
            b"\xef\xbb\xbf<?xml version=\"1.0\"?><svg/>",
            b"",
        ] {
            assert_eq!(remake(script), Err(Refused::Kind), "{}", String::from_utf8_lossy(script));
        }
        assert_eq!(remake(b"\xff\xd8\xff<script>alert(1)</script>"), Err(Refused::Damaged));
        assert_eq!(remake(b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"), Err(Refused::Damaged));
        assert_eq!(remake(b"RIFF\x20\0\0\0WEBP<script>alert(1)</script>"), Err(Refused::Damaged));
    }

    #[test]
    fn a_script_in_the_comment_of_a_picture_or_behind_its_end_is_left_out() {
        let script = b"<script>alert(1)</script>";
        let made = remake(&jpeg(&[segment(0xfe, script), segment(0xe5, script)], script)).unwrap();
        assert!(!holds(&made.bytes, b"script") && made.bytes.ends_with(&[0xff, 0xd9]));
        assert_eq!((made.media_type, made.width, made.height), ("image/jpeg", 3, 2));
        let made = remake(&[PNG, script].concat()).unwrap();
        assert_eq!(made.bytes, PNG);
        let drawn = [0x2f, 2, 0x40, 0, 0];
        let made = remake(&webp(&[(b"VP8L", &drawn), (b"XMP ", script), (b"EXIF", script)])).unwrap();
        assert_eq!((made.bytes, made.width, made.height), (webp(&[(b"VP8L", &drawn)]), 3, 2));
    }

    #[test]
    fn where_a_picture_was_taken_is_left_out_and_which_way_it_stands_is_kept() {
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
        exif.extend_from_slice(&[0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
        exif.extend_from_slice(&[0x25, 0x88, 4, 0, 1, 0, 0, 0, 0x26, 0, 0, 0]);
        exif.extend_from_slice(b"\0\0\0\0GPS 30.5 -8.9");
        let made = remake(&jpeg(&[segment(0xe1, &exif)], b"")).unwrap();
        assert!(!holds(&made.bytes, b"GPS") && holds(&made.bytes, b"Exif\0\0MM\0*"));
        assert_eq!((made.width, made.height), (2, 3), "it is shown on its side");
    }

    #[test]
    fn a_picture_with_two_sizes_is_refused() {
        let (large, small) = ([8, 0xff, 0xff, 0xff, 0xff, 1, 1, 0x11, 0], [8, 0, 2, 0, 3, 1, 1, 0x11, 0]);
        let scan = [segment(0xda, &[1, 1, 0, 0, 0x3f, 0]), vec![0x12]].concat();
        let picture = |parts: &[&[u8]]| [&[0xff, 0xd8], parts.concat().as_slice(), &[0xff, 0xd9]].concat();
        let (large, small) = (segment(0xc0, &large), segment(0xc0, &small));
        assert!(remake(&picture(&[&small, &scan])).is_ok());
        assert_eq!(remake(&picture(&[&large, &scan])), Err(Refused::Large));
        for parts in [[&large, &scan, &small], [&large, &small, &scan], [&scan, &small, &large]] {
            assert_eq!(remake(&picture(&parts.map(Vec::as_slice))), Err(Refused::Damaged));
        }
    }

    #[test]
    fn what_was_written_anew_stays_as_it_is() {
        for picture in [jpeg(&[segment(0xe0, b"JFIF\0\x01\x01\x01\0H\0H\0\0")], b"x"), PNG.to_vec()] {
            let made = remake(&picture).unwrap();
            assert_eq!(remake(&made.bytes).as_ref(), Ok(&made));
        }
    }

    #[test]
    fn what_is_too_large_moves_or_is_cut_off_says_so() {
        let mut wide = PNG.to_vec();
        wide[16..20].copy_from_slice(&20_000u32.to_be_bytes());
        assert_eq!(remake(&wide), Err(Refused::Damaged), "its sum is another one");
        let heavy = vec![0xff; usize::try_from(BYTES_MAX).unwrap() + 1];
        assert_eq!(remake(&heavy), Err(Refused::Heavy));
        let canvas = [0x10, 0, 0, 0, 0x1f, 0x4e, 0, 0, 0, 0];
        assert_eq!(remake(&webp(&[(b"VP8X", &canvas), (b"VP8L", &[0x2f, 2, 0x40, 0, 0])])), Err(Refused::Large));
        assert_eq!(
            remake(&webp(&[(b"VP8X", &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0]), (b"ANIM", b"123456")])),
            Err(Refused::Moving)
        );
        let whole = jpeg(&[], b"");
        for cut in 4..whole.len() {
            assert!(remake(&whole[..cut]).is_err(), "{cut}");
        }
        for cut in 8..PNG.len() {
            assert!(remake(&PNG[..cut]).is_err(), "{cut}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_sent_is_refused_or_stays_as_it_was_made(
            kind in 0usize..3, place in 0usize..200, byte in proptest::prelude::any::<u8>(), tail in ".{0,40}",
        ) {
            let drawn = webp(&[(b"VP8L", &[0x2f, 2, 0x40, 0, 0])]);
            let mut picture = [jpeg(&[], tail.as_bytes()), [PNG, tail.as_bytes()].concat(), drawn][kind].clone();
            let place = place % picture.len();
            picture[place] = byte;
            if let Ok(made) = remake(&picture) {
                proptest::prop_assert_eq!(remake(&made.bytes), Ok(made));
            }
        }
    }
}
