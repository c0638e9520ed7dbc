//! The fonts of the papers: three families of the Noto project (SIL Open Font Licence), found on the machine.
//!
//! They are not part of the program: Debian's package `fonts-noto-core` brings them, and `tiwizi doctor` says when they are not there.
//! What was printed keeps its own letters inside, so a paper does not change when fonts do.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use tiwizi_model::limits::FONT_BYTES_MAX;
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// The files: Latin letters, Arabic, Tifinagh. Of Tifinagh there is one weight.
const FILES: [&str; 5] = [
    "NotoSans-Regular.ttf",
    "NotoSans-Bold.ttf",
    "NotoNaskhArabic-Regular.ttf",
    "NotoNaskhArabic-Bold.ttf",
    "NotoSansTifinagh-Regular.ttf",
];

/// Where systems keep them: Debian and its kin, Arch, Fedora, and what an administrator puts there by hand.
const FOLDERS: [&str; 5] = [
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts/noto",
    "/usr/share/fonts/google-noto",
    "/usr/local/share/fonts",
    "/Library/Fonts",
];

/// The folders that are looked into when the settings name none.
#[must_use]
pub fn usual_folders() -> Vec<PathBuf> {
    FOLDERS.iter().map(PathBuf::from).collect()
}

/// Why there are no fonts to print with.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// A file is not there.
    #[error(
        "the font {file} is in none of the folders [{}]; install the Noto fonts (on Debian: fonts-noto-core), or name their folder in the settings (fonts)",
        folders.join(", ")
    )]
    Missing {
        /// The first file that is missing.
        file: &'static str,
        /// Where it was looked for.
        folders: Vec<String>,
    },
    /// A file cannot be read.
    #[error("the font {} cannot be read", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is no font, or is longer than a font is.
    #[error("{} is no font", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
    },
}

/// The fonts of the papers.
pub struct Fonts {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) fonts: Vec<Font>,
}

impl Fonts {
    /// Loads the fonts from the first of these folders that has each.
    ///
    /// # Errors
    /// When one is missing or damaged.
    pub fn load(folders: &[PathBuf]) -> Result<Self, FontError> {
        let mut fonts = Vec::with_capacity(FILES.len());
        for file in FILES {
            let path = folders.iter().map(|folder| folder.join(file)).find(|path| path.is_file());
            let path = path.ok_or_else(|| FontError::Missing {
                file,
                folders: folders.iter().map(|folder| folder.display().to_string()).collect(),
            })?;
            fonts.push(load(&path)?);
        }
        Ok(Self { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts })
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Fonts").field("count", &self.fonts.len()).finish_non_exhaustive()
    }
}

fn load(path: &Path) -> Result<Font, FontError> {
    let failed = |source| FontError::Read { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(FONT_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    let is_short = u64::try_from(bytes.len()).is_ok_and(|length| length <= FONT_BYTES_MAX);
    let font = if is_short { Font::new(Bytes::new(bytes), 0) } else { None };
    font.ok_or_else(|| FontError::Damaged { path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_font_is_named_with_what_brings_it() {
        let error = Fonts::load(&[PathBuf::from("/nowhere/at/all")]).unwrap_err().to_string();
        assert!(error.contains(FILES[0]) && error.contains("/nowhere/at/all") && error.contains("fonts-noto-core"));
        assert!(Fonts::load(&[]).is_err());
    }
}
