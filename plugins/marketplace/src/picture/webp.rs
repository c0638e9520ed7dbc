//! WebP: chunks, each with its name and its length, in one that is called RIFF.

use super::{Made, Reader, Refused};

/// In `VP8X`: the picture has parts that are seen through.
const ALPHA: u8 = 0x10;
/// In `VP8X`: it moves.
const MOVING: u8 = 0x02;

/// Writes one anew: the chunks that draw it.
pub(super) fn remake(bytes: &[u8]) -> Result<Made, Refused> {
    let mut reader = Reader(bytes);
    reader.take(4)?;
    let length = usize::try_from(u32::from_le_bytes(reader.array()?)).map_err(|_| Refused::Damaged)?;
    let mut inside = Reader(reader.take(length)?);
    inside.take(4)?;
    let (mut chunks, mut canvas, mut drawn) = (Vec::with_capacity(length), None, None);
    while !inside.0.is_empty() {
        let name: [u8; 4] = inside.array()?;
        let length = usize::try_from(u32::from_le_bytes(inside.array()?)).map_err(|_| Refused::Damaged)?;
        let content = inside.take(length)?;
        inside.take(length % 2)?;
        match &name {
            b"VP8X" if canvas.is_none() && drawn.is_none() => {
                let (flags, size) = extended(content)?;
                canvas = Some(size);
                let kept: Vec<u8> =
                    [flags & ALPHA, 0, 0, 0].into_iter().chain(content.iter().copied().skip(4)).collect();
                chunk(&mut chunks, &name, &kept);
            }
            b"ALPH" if drawn.is_none() => chunk(&mut chunks, &name, content),
            b"VP8 " | b"VP8L" if drawn.is_none() => {
                drawn = Some(if name == *b"VP8L" { lossless(content)? } else { lossy(content)? });
                chunk(&mut chunks, &name, content);
            }
            b"ANIM" | b"ANMF" => return Err(Refused::Moving),
            b"VP8X" | b"ALPH" | b"VP8 " | b"VP8L" => return Err(Refused::Damaged),
            _ => {}
        }
    }
    let (width, height) = canvas.or(drawn).filter(|_| drawn.is_some()).ok_or(Refused::Damaged)?;
    let mut made = b"RIFF".to_vec();
    made.extend(u32::try_from(chunks.len() + 4).unwrap_or(u32::MAX).to_le_bytes());
    made.extend(b"WEBP");
    made.extend(chunks);
    Ok(Made { media_type: "image/webp", bytes: made, width, height })
}

/// The flags and the size of the canvas.
fn extended(content: &[u8]) -> Result<(u8, (u32, u32)), Refused> {
    let mut reader = Reader(content);
    let [flags, ..] = reader.array::<4>()?;
    let mut side = || reader.array().map(|[low, middle, high]: [u8; 3]| u32::from_le_bytes([low, middle, high, 0]) + 1);
    let size = (side()?, side()?);
    match flags & MOVING {
        0 if content.len() == 10 => Ok((flags, size)),
        0 => Err(Refused::Damaged),
        _ => Err(Refused::Moving),
    }
}

/// Fourteen bits for each side, behind a frame's tag and its start.
fn lossy(content: &[u8]) -> Result<(u32, u32), Refused> {
    let mut reader = Reader(content);
    reader.take(3)?;
    if reader.take(3)? != [0x9d, 0x01, 0x2a] {
        return Err(Refused::Damaged);
    }
    let mut side = || reader.array().map(|bytes| u32::from(u16::from_le_bytes(bytes) & 0x3fff));
    Ok((side()?, side()?))
}

/// Fourteen bits less one for each side, behind a sign.
fn lossless(content: &[u8]) -> Result<(u32, u32), Refused> {
    let mut reader = Reader(content);
    if reader.byte()? != 0x2f {
        return Err(Refused::Damaged);
    }
    let bits = u32::from_le_bytes(reader.array()?);
    Ok(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
}

fn chunk(to: &mut Vec<u8>, name: &[u8; 4], content: &[u8]) {
    to.extend(name);
    to.extend(u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes());
    to.extend(content);
    to.extend(std::iter::repeat_n(0, content.len() % 2));
}
