//! PNG: chunks, each with its length, its name and the sum over both.

use super::{Made, Reader, Refused};

pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The chunks that draw a picture. What animates it is left out, and it stands still.
const KEPT: [&[u8; 4]; 7] = [b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"];

/// Writes one anew: the chunks that draw it.
pub(super) fn remake(bytes: &[u8]) -> Result<Made, Refused> {
    let mut reader = Reader(bytes);
    let mut made = reader.take(SIGNATURE.len())?.to_vec();
    let (sums, mut size, mut drawn) = (Sum::new(), None, false);
    loop {
        let whole = reader.0;
        let length = usize::try_from(u32::from_be_bytes(reader.array()?)).map_err(|_| Refused::Damaged)?;
        let name: [u8; 4] = reader.array()?;
        let content = reader.take(length)?;
        let sum = u32::from_be_bytes(reader.array()?);
        let first = size.is_none();
        if first != (&name == b"IHDR") || sum != sums.of(whole.get(4..length + 8).unwrap_or_default()) {
            return Err(Refused::Damaged);
        }
        if first {
            let mut header = Reader(content);
            size = Some((u32::from_be_bytes(header.array()?), u32::from_be_bytes(header.array()?)));
        }
        drawn |= &name == b"IDAT";
        if KEPT.contains(&&name) {
            made.extend(whole.get(..length + 12).unwrap_or_default());
        }
        if &name == b"IEND" {
            break;
        }
    }
    let (width, height) = size.filter(|_| drawn).ok_or(Refused::Damaged)?;
    Ok(Made { media_type: "image/png", bytes: made, width, height })
}

/// The sum of a chunk (ISO 3309).
struct Sum([u32; 256]);

impl Sum {
    fn new() -> Self {
        let step = |sum: u32, _: u32| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
        Self(std::array::from_fn(|number| (0..8).fold(u32::try_from(number).unwrap_or_default(), step)))
    }

    fn of(&self, bytes: &[u8]) -> u32 {
        let add = |sum: u32, byte: &u8| {
            let [place, ..] = (sum ^ u32::from(*byte)).to_le_bytes();
            self.0.get(usize::from(place)).copied().unwrap_or_default() ^ (sum >> 8)
        };
        !bytes.iter().fold(!0, add)
    }
}
