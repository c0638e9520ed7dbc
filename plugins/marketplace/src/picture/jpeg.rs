//! JPEG: segments, each with its length, and behind each scan its coded pixels up to the next marker.

use super::{Made, Reader, Refused};

const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const QUANTISATION: u8 = 0xdb;
const RESTARTS: u8 = 0xdd;
const HUFFMAN: u8 = 0xc4;
/// Says how colours are to be understood, by Adobe's programs.
const ADOBE: u8 = 0xee;
const EXIF: u8 = 0xe1;

/// Writes one anew: its tables, its frame and its scans, and which way it stands.
pub(super) fn remake(bytes: &[u8]) -> Result<Made, Refused> {
    let mut reader = Reader(bytes);
    reader.take(2)?;
    let (mut kept, mut size, mut turned, mut scanned) = (Vec::with_capacity(bytes.len()), None, 1, false);
    loop {
        let marker = marker(&mut reader)?;
        if marker == END {
            break;
        }
        let length = usize::from(u16::from_be_bytes(reader.array()?)).checked_sub(2).ok_or(Refused::Damaged)?;
        let content = reader.take(length)?;
        match marker {
            // The size that is held to the bounds is that of the one frame which draws.
            0xc0..=0xc2 if size.is_some() => return Err(Refused::Damaged),
            0xc0..=0xc2 => {
                size = Some(frame(content)?);
                segment(&mut kept, marker, content);
            }
            QUANTISATION | RESTARTS | HUFFMAN => segment(&mut kept, marker, content),
            ADOBE if content.starts_with(b"Adobe") && content.len() == 12 => segment(&mut kept, marker, content),
            EXIF => turned = orientation(content).unwrap_or(turned),
            SCAN if size.is_none() => return Err(Refused::Damaged),
            SCAN => {
                segment(&mut kept, marker, content);
                kept.extend_from_slice(coded(&mut reader)?);
                scanned = true;
            }
            // Ways of coding that no browser shows.
            0xc3 | 0xc5..=0xcf => return Err(Refused::Kind),
            _ => {}
        }
    }
    let (width, height) = size.filter(|_| scanned).ok_or(Refused::Damaged)?;
    let mut made = vec![0xff, 0xd8];
    if turned > 1 {
        segment(&mut made, EXIF, &exif(turned));
    }
    made.extend(kept);
    made.extend([0xff, END]);
    let (width, height) = if turned > 4 { (height, width) } else { (width, height) };
    Ok(Made { media_type: "image/jpeg", bytes: made, width, height })
}

/// The next marker; any number of `FF` may stand before it.
fn marker(reader: &mut Reader<'_>) -> Result<u8, Refused> {
    if reader.byte()? != 0xff {
        return Err(Refused::Damaged);
    }
    loop {
        match reader.byte()? {
            0xff => {}
            0 | 0x01 | 0xd0..=0xd8 => return Err(Refused::Damaged),
            marker => return Ok(marker),
        }
    }
}

/// Width and height of a frame.
fn frame(content: &[u8]) -> Result<(u32, u32), Refused> {
    let mut reader = Reader(content);
    if reader.byte()? != 8 {
        return Err(Refused::Kind);
    }
    let (height, width) = (u16::from_be_bytes(reader.array()?), u16::from_be_bytes(reader.array()?));
    Ok((width.into(), height.into()))
}

/// Coded pixels: all up to a marker that is no restart.
fn coded<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Refused> {
    let pairs = reader.0.iter().zip(reader.0.iter().skip(1));
    let end = pairs.into_iter().position(|(one, next)| *one == 0xff && !matches!(next, 0 | 0xd0..=0xd7));
    reader.take(end.ok_or(Refused::Damaged)?)
}

fn segment(to: &mut Vec<u8>, marker: u8, content: &[u8]) {
    to.extend([0xff, marker]);
    to.extend(u16::try_from(content.len() + 2).unwrap_or(u16::MAX).to_be_bytes());
    to.extend(content);
}

/// Which way a picture stands, 1 to 8; none when it does not say.
fn orientation(content: &[u8]) -> Option<u8> {
    let tiff = content.strip_prefix(b"Exif\0\0")?;
    let little = tiff.starts_with(b"II");
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let bytes: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let first = usize::try_from(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }).ok()?;
    let entries = usize::from(short(first)?).min(200);
    let places = (0..entries).filter_map(|entry| first.checked_add(2 + entry * 12));
    let place = places.into_iter().find(|place| short(*place) == Some(0x0112))?;
    u8::try_from(short(place.checked_add(8)?)?).ok().filter(|turned| (1..=8).contains(turned))
}

/// What says which way a picture stands, and nothing else.
fn exif(turned: u8) -> Vec<u8> {
    let mut content = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    content.extend([turned, 0, 0, 0, 0, 0, 0]);
    content
}
