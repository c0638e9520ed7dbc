//! The code on a paper that leads to its verification (QR, ISO/IEC 18004), as a drawing of one path.

use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

/// The empty margin that readers need, in modules.
const QUIET: usize = 4;

/// An address that no code can hold.
#[derive(Debug, thiserror::Error)]
#[error("no code can hold the address of the verification: {reason}")]
pub struct CodeError {
    reason: QrError,
}

/// The code of an address, as SVG. A sixth of it may be hidden or worn off (level M).
pub(crate) fn svg(address: &str) -> Result<String, CodeError> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).map_err(|reason| CodeError { reason })?;
    let side = code.width().saturating_add(QUIET.saturating_mul(2));
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(code.width().max(1)).enumerate() {
        let mut x = QUIET;
        for run in row.chunk_by(|left, right| left == right) {
            if run.first() == Some(&Color::Dark) {
                let (width, y) = (run.len(), y.saturating_add(QUIET));
                path.push_str(&format!("M{x} {y}h{width}v1h-{width}z"));
            }
            x = x.saturating_add(run.len());
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws the path with so many pixels for each module.
    fn draw(svg: &str, scale: usize) -> (usize, Vec<u8>) {
        let side: usize = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let mut pixels = vec![255; side * side * scale * scale];
        let path = svg.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
        for rectangle in path.split('M').skip(1) {
            let numbers: Vec<usize> = rectangle
                .split(|letter: char| !letter.is_ascii_digit())
                .filter(|number| !number.is_empty())
                .map(|number| number.parse().unwrap())
                .collect();
            let (left, top, width) = (numbers[0] * scale, numbers[1] * scale, numbers[2] * scale);
            for y in top..top + scale {
                for x in left..left + width {
                    pixels[y * side * scale + x] = 0;
                }
            }
        }
        (side * scale, pixels)
    }

    fn read(side: usize, pixels: &[u8]) -> Option<String> {
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| pixels[y * side + x]);
        let grids = image.detect_grids();
        grids.first().and_then(|grid| grid.decode().ok()).map(|(_, text)| text)
    }

    #[test]
    fn the_code_leads_to_its_address() {
        let address = format!("https://registre.example.org/fr/verify/{}", "aB3_-x".repeat(28));
        let (side, pixels) = draw(&svg(&address).unwrap(), 4);
        assert_eq!(read(side, &pixels), Some(address));
    }

    #[test]
    fn a_code_with_a_worn_corner_is_still_read() {
        let address = format!("https://registre.example.org/ar/verify/{}", "Zz09-_".repeat(28));
        let (side, mut pixels) = draw(&svg(&address).unwrap(), 4);
        // A stain in the lower right part, where no mark of orientation stands.
        for y in side * 3 / 4..side * 3 / 4 + side / 16 {
            for x in side * 5 / 8..side * 5 / 8 + side / 16 {
                pixels[y * side + x] = 0;
            }
        }
        assert_eq!(read(side, &pixels), Some(address));
    }

    #[test]
    fn an_address_that_is_too_long_is_refused() {
        assert!(svg(&"a".repeat(5_000)).is_err());
    }
}
