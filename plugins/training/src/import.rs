//! A plain folder of Markdown and media becomes drafts: sent as a ZIP, or pasted.
//!
//! `course.md`, `lessons/CODE.LANGUAGE.md`, `quizzes/CODE.LANGUAGE.md` (or `lessons/CODE/LANGUAGE.md`); every other file is a sound
//! or a picture that the texts name by its path. When anything is wrong, all of it is told and nothing is written.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use serde_json::json;
use tiwizi_sdk::{Answer, Error, Request, blobs};
use zip::ZipArchive;

use crate::desk::set_state;
use crate::draft::{self, Draft, PARTS_MAX, Part, State, TEXT_CHARS_MAX};
use crate::text::{self, Fault, Faults};

/// The files of one folder.
const FILES_MAX: usize = 300;
/// What an archive may hold, unpacked.
const BYTES_MAX: u64 = 24 << 20;
/// The largest archive; it is read into the call's memory.
const ARCHIVE_BYTES_MAX: u64 = 20 << 20;
/// What one import writes: a text is one write, a sound or a picture two. The kernel lets a call ask the store 200 times, and reading
/// the archive and what is there takes the rest.
const WRITES_MAX: usize = 165;

/// `GET /desk/{course}/import`
pub(crate) fn show(request: &Request) -> Result<Answer, Error> {
    draft::trainer()?;
    page(request, &[], "")
}

fn page(request: &Request, faults: &[Fault], pasted: &str) -> Result<Answer, Error> {
    let course = request.parameter("course");
    Answer::page("desk-import", course, &json!({ "course": course, "faults": faults, "pasted": pasted }))
}

/// `POST /desk/{course}/import`
pub(crate) fn receive(request: &Request) -> Result<Answer, Error> {
    let by = draft::trainer()?;
    let course = request.parameter("course");
    if !text::is_code(course) {
        return Err(Error::not_found("there is no such course"));
    }
    let pasted = request.form("pasted").unwrap_or_default();
    let mut faults = Faults::of("");
    let files = match request.form("archive").filter(|blob| !blob.is_empty()) {
        Some(blob) => unpack(blob, &mut faults)?,
        None => split(pasted),
    };
    let folder = Folder::of(files, &mut faults);
    if folder.texts.is_empty() && faults.list.is_empty() {
        faults.add(0, "import-nothing", "");
    }
    if !faults.list.is_empty() {
        return page(request, &faults.list, pasted).map(|page| page.with_status(422));
    }
    folder.write(course, &by)?;
    set_state(course, State::Draft, |_| {})?;
    Ok(Answer::redirect(format!("/desk/{course}")))
}

/// The files of a pasted text: each begins behind a line `=== path`.
fn split(pasted: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut path = None;
    for line in pasted.lines() {
        if let Some(next) = line.strip_prefix("=== ") {
            path = Some(next.trim().to_owned());
            files.entry(next.trim().to_owned()).or_default();
        } else if let Some(content) = path.as_ref().and_then(|path| files.get_mut(path)) {
            content.extend_from_slice(line.as_bytes());
            content.push(b'\n');
        }
    }
    files
}

fn unpack(blob: &str, faults: &mut Faults) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut files = BTreeMap::new();
    let stat = blobs::stat(blob)?.ok_or_else(|| Error::invalid("no archive came").with("field", "archive"))?;
    if stat.bytes > ARCHIVE_BYTES_MAX {
        faults.add(0, "fault-large", "");
        return Ok(files);
    }
    let content = blobs::read_all(blob)?;
    // The archive itself is not kept.
    blobs::delete(blob)?;
    let Ok(mut archive) = ZipArchive::new(Cursor::new(content)) else {
        faults.add(0, "fault-archive", "");
        return Ok(files);
    };
    if archive.len() > FILES_MAX {
        faults.add(0, "fault-large", archive.len().to_string());
        return Ok(files);
    }
    let mut left = BYTES_MAX;
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index(index) else {
            faults.add(0, "fault-archive", index.to_string());
            continue;
        };
        let is_file = entry.is_file();
        let Ok(name) = entry.name().map(std::borrow::Cow::into_owned) else {
            faults.add(0, "fault-encoding", index.to_string());
            continue;
        };
        if !is_file || name.starts_with("__MACOSX/") || name.ends_with(".DS_Store") {
            continue;
        }
        let mut content = Vec::new();
        if entry.take(left + 1).read_to_end(&mut content).is_err() {
            faults.add(0, "fault-archive", name);
        } else if content.len() as u64 > left {
            faults.add(0, "fault-large", name);
            return Ok(files);
        } else {
            left -= content.len() as u64;
            files.insert(name, content);
        }
    }
    Ok(without_top(files))
}

/// The paths below the folder that holds everything, when there is one.
fn without_top(files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let top = files.keys().find(|path| path.ends_with("/course.md")).and_then(|path| path.strip_suffix("course.md"));
    let Some(top) = top.map(ToOwned::to_owned) else { return files };
    files
        .into_iter()
        .map(|(path, file)| (path.strip_prefix(&top).map_or(path.clone(), ToOwned::to_owned), file))
        .collect()
}

/// A folder, taken apart.
struct Folder {
    /// By part: the path and the text.
    texts: BTreeMap<String, (String, String)>,
    media: BTreeMap<String, Vec<u8>>,
}

impl Folder {
    fn of(files: BTreeMap<String, Vec<u8>>, faults: &mut Faults) -> Self {
        let mut folder = Self { texts: BTreeMap::new(), media: BTreeMap::new() };
        for (path, content) in files {
            if media_type(&path).is_some() {
                folder.media.insert(path, content);
                continue;
            }
            let mut found = Faults::of(&path);
            match (part_of(&path), String::from_utf8(content)) {
                (None, _) if path.to_ascii_lowercase().ends_with("readme.md") => {}
                (None, _) => found.add(0, "fault-path", ""),
                (Some(_), Err(_)) => found.add(0, "fault-encoding", ""),
                (Some(_), Ok(text)) if text.chars().count() > TEXT_CHARS_MAX => found.add(0, "fault-large", ""),
                (Some(part), Ok(text)) => {
                    check(&part, &text, &mut found);
                    folder.texts.insert(part, (path, text));
                }
            }
            faults.list.extend(found.list);
        }
        let (texts, media) = (folder.texts.len(), folder.media.len());
        if texts > PARTS_MAX {
            faults.add(0, "fault-parts", texts.to_string());
        } else if texts + 2 * media > WRITES_MAX {
            faults.add(0, "fault-large", (texts + media).to_string());
        }
        folder.look_for_media(faults);
        folder
    }

    /// Every file that a text names is there.
    fn look_for_media(&self, faults: &mut Faults) {
        for (path, text) in self.texts.values() {
            let mut found = Faults::of(path);
            for (index, line) in text.lines().enumerate() {
                let named = media_of(line).filter(|place| !place.starts_with("blob:"));
                if let Some(place) = named.filter(|place| self.find(path, place).is_none()) {
                    found.add(index + 1, "fault-file", place);
                }
            }
            faults.list.extend(found.list);
        }
    }

    /// A media file that a text names, from the folder or from beside the text.
    fn find(&self, path: &str, place: &str) -> Option<&str> {
        let beside = path.rsplit_once('/').map_or(place.to_owned(), |(folder, _)| format!("{folder}/{place}"));
        let place = place.trim_start_matches("./");
        let is_it = |known: &&String| known.as_str() == place || **known == beside;
        self.media.keys().find(is_it).map(String::as_str)
    }

    fn write(self, course: &str, by: &str) -> Result<(), Error> {
        let mut kept = BTreeMap::new();
        for (path, content) in &self.media {
            let blob = blobs::keep(media_type(path).unwrap_or("application/octet-stream"), content)?;
            kept.insert(path.as_str(), blob.id);
        }
        let there = draft::all(course)?;
        for (part, (path, text)) in &self.texts {
            let found = there.iter().find(|entry| entry.body.part == *part).cloned();
            let voice = found.as_ref().and_then(|entry| entry.body.voice.clone());
            let draft = Draft {
                course: course.to_owned(),
                part: part.clone(),
                text: self.with_blobs(path, text, &kept),
                by: by.to_owned(),
                voice,
            };
            draft::write(found, draft)?;
        }
        Ok(())
    }

    /// The text with the kept files in the place of paths.
    fn with_blobs(&self, path: &str, text: &str, kept: &BTreeMap<&str, String>) -> String {
        let line = |line: &str| {
            let Some(place) = media_of(line) else { return line.to_owned() };
            let Some(id) = self.find(path, place).and_then(|path| kept.get(path)) else { return line.to_owned() };
            line.replacen(place, &format!("blob:{id}"), 1)
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn check(part: &str, text: &str, faults: &mut Faults) {
    match Part::of(part) {
        Some(Part::Course) => drop(text::course::read(text, faults)),
        Some(Part::Lesson(..)) => drop(text::lesson::read(text, faults)),
        Some(Part::Quiz(..)) => drop(text::quiz::read(text, faults)),
        None => {}
    }
}

/// The media file that a line names.
fn media_of(line: &str) -> Option<&str> {
    let line = line.trim();
    if let Some(value) = line.strip_prefix("audio:") {
        return value.split('|').next().map(str::trim).filter(|place| !place.is_empty());
    }
    let (_, rest) = line.split_once("![")?;
    let (_, place) = rest.split_once("](")?;
    place.split_once(')').map(|(place, _)| place.trim())
}

/// The part that a file is.
fn part_of(path: &str) -> Option<String> {
    let path = path.trim_start_matches("./").strip_suffix(".md")?;
    if path == "course" {
        return Some("course".to_owned());
    }
    let (folder, name) = path.split_once('/')?;
    let kind = match folder {
        "lessons" => "lesson",
        "quizzes" => "quiz",
        _ => return None,
    };
    let (code, tag) = name.split_once(['.', '/'])?;
    let part = format!("{kind}/{code}/{tag}");
    Part::of(&part).is_some().then_some(part)
}

fn media_type(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "opus" | "ogg" | "oga" => "audio/ogg",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "webm" => "audio/webm",
        "wav" => "audio/wav",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_their_parts_and_lines_their_media() {
        for (path, part) in [
            ("course.md", Some("course")),
            ("lessons/m1-l1.fr.md", Some("lesson/m1-l1/fr")),
            ("lessons/m1-l1/shi.md", Some("lesson/m1-l1/shi")),
            ("quizzes/m1-q.ar.md", Some("quiz/m1-q/ar")),
            ("quizzes/m1-q.xx.md", None),
            ("../course.md", None),
            ("other/x.fr.md", None),
        ] {
            assert_eq!(part_of(path).as_deref(), part, "{path}");
        }
        assert_eq!(media_of("audio: m1.opus | recorded"), Some("m1.opus"));
        assert_eq!(media_of("- [x] a: argan ![](pictures/a.png)"), Some("pictures/a.png"));
        assert_eq!(media_of("plain"), None);
    }
}
