//! The texts of a plugin, from its folder or from its bundle.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use tiwizi_model::{Language, limits};

/// What a check reads.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) manifest: Vec<u8>,
    /// By name, without `.html`.
    pub(super) templates: BTreeMap<String, String>,
    pub(super) locales: BTreeMap<Language, String>,
    /// Files of messages in no known language.
    pub(super) strangers: Vec<String>,
}

impl Source {
    pub(super) fn of_folder(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("manifest.json");
        let manifest = fs::read(&path)
            .with_context(|| format!("could not read {}; is this the folder of a plugin?", path.display()))?;
        let mut source = Self { manifest, ..Self::default() };
        for part in ["templates", "locales"] {
            let Ok(entries) = fs::read_dir(folder.join(part)) else { continue };
            for entry in entries {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let text = fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
                source.add(&format!("{part}/{name}"), text);
            }
        }
        Ok(source)
    }

    /// A bundle is read as it stands; whether it is a good one, the instance says.
    pub(super) fn of_bundle(bytes: &[u8]) -> anyhow::Result<Self> {
        Self::within(limits::BUNDLE_BYTES_MAX, bytes)
    }

    /// What a bundle holds may be more than its own bytes: a sparse file is written short and read long.
    fn within(bytes_max: u64, bytes: &[u8]) -> anyhow::Result<Self> {
        let (mut source, mut left) = (Self::default(), bytes_max);
        let mut archive = tar::Archive::new(bytes);
        for entry in archive.entries().context("this is no bundle")?.take(limits::BUNDLE_FILES_MAX) {
            let entry = entry.context("this is no bundle")?;
            let path = entry.path().context("this is no bundle")?.to_string_lossy().into_owned();
            let mut content = Vec::new();
            // One byte more tells what is too much from what fits exactly.
            entry.take(left.saturating_add(1)).read_to_end(&mut content).context("the bundle is cut off")?;
            let rest = u64::try_from(content.len()).ok().and_then(|length| left.checked_sub(length));
            left = rest.with_context(|| format!("the files of the bundle have more than {bytes_max} bytes"))?;
            if path == "manifest.json" {
                source.manifest = content;
            } else {
                source.add(&path, String::from_utf8_lossy(&content).into_owned());
            }
        }
        Ok(source)
    }

    fn add(&mut self, path: &str, text: String) {
        if let Some(name) = path.strip_prefix("templates/").and_then(|file| file.strip_suffix(".html")) {
            self.templates.insert(name.to_owned(), text);
        } else if let Some(tag) = path.strip_prefix("locales/").and_then(|file| file.strip_suffix(".ftl")) {
            match tag.parse::<Language>() {
                Ok(language) => drop(self.locales.insert(language, text)),
                Err(_) => self.strangers.push(path.to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(files: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (path, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len().try_into().unwrap());
            header.set_mode(0o644);
            archive.append_data(&mut header, path, text.as_bytes()).unwrap();
        }
        archive.into_inner().unwrap()
    }

    #[test]
    fn the_files_of_a_bundle_are_bounded_together() {
        let bytes = bundle(&[("manifest.json", "{}"), ("templates/a.html", "four"), ("templates/b.html", "four")]);
        let source = Source::within(10, &bytes).unwrap();
        assert_eq!((source.manifest.as_slice(), source.templates.len()), (b"{}".as_slice(), 2));
        let refused = Source::within(9, &bytes).unwrap_err().to_string();
        assert!(refused.contains("more than 9 bytes"), "{refused}");
    }
}
