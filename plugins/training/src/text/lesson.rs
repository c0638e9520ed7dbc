//! A lesson as text.
//!
//! `# heading`, paragraphs, `- items`, `> example`, `! remember`. The front matter has `title`, `draft` and `audio`.

use std::fmt::Write as _;

use super::{Faults, front_matter, heading, item, plain, truth};
use crate::kinds::{Audio, AudioKind, Block, BlockKind};

const TEXT_CHARS_MAX: usize = 4000;
const BLOCKS_MAX: usize = 60;
const ITEMS_MAX: usize = 40;

/// What a lesson's text says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LessonText {
    pub(crate) title: String,
    pub(crate) draft: bool,
    pub(crate) blocks: Vec<Block>,
    pub(crate) audio: Option<Audio>,
}

/// Reads a lesson.
pub(crate) fn read(text: &str, faults: &mut Faults) -> LessonText {
    let (pairs, lines) = front_matter(text, faults);
    let mut lesson = LessonText { title: String::new(), draft: true, blocks: Vec::new(), audio: None };
    for (line, name, value) in pairs {
        match name {
            "title" => lesson.title = plain(value),
            "draft" => match truth(value) {
                Some(draft) => lesson.draft = draft,
                None => faults.add(line, "fault-yes-or-no", value),
            },
            "audio" => {
                lesson.audio = audio(value);
                if lesson.audio.is_none() {
                    faults.add(line, "fault-audio", value);
                }
            }
            _ => faults.add(line, "fault-name", name),
        }
    }
    let mut open: Option<Block> = None;
    for (line, words) in lines {
        if words.contains("![") {
            faults.add(line, "fault-picture-here", words);
        }
        if let Some(title) = heading(words).filter(|_| lesson.title.is_empty()) {
            lesson.title = plain(title);
        } else {
            take(words, &mut open, &mut lesson.blocks);
        }
    }
    lesson.blocks.extend(open);
    check(&lesson, faults);
    lesson
}

/// Adds a line to the block that is open, or opens another.
fn take(words: &str, open: &mut Option<Block>, blocks: &mut Vec<Block>) {
    if words.is_empty() {
        blocks.extend(open.take());
        return;
    }
    let (kind, words) = if let Some(words) = heading(words) {
        (BlockKind::Heading, words)
    } else if let Some(words) = item(words) {
        (BlockKind::List, words)
    } else if let Some(words) = words.strip_prefix('>') {
        (BlockKind::Example, words.trim())
    } else if let Some(words) = words.strip_prefix("! ") {
        (BlockKind::Remember, words.trim())
    } else {
        (open.as_ref().map_or(BlockKind::Paragraph, |block| block.kind), words)
    };
    match open {
        Some(block) if block.kind == kind && kind != BlockKind::Heading => join(block, words),
        _ => {
            blocks.extend(open.take());
            let (text, items) = match kind {
                BlockKind::List => (None, Some(vec![plain(words)])),
                _ => (Some(plain(words)), None),
            };
            *open = Some(Block { kind, text, items });
        }
    }
    if kind == BlockKind::Heading {
        blocks.extend(open.take());
    }
}

fn join(block: &mut Block, words: &str) {
    if let Some(items) = &mut block.items {
        items.push(plain(words));
    } else if let Some(text) = &mut block.text {
        text.push(' ');
        text.push_str(&plain(words));
    }
}

fn check(lesson: &LessonText, faults: &mut Faults) {
    if lesson.title.is_empty() || lesson.title.chars().count() > 300 {
        faults.add(0, "fault-title", &lesson.title);
    }
    if lesson.blocks.is_empty() {
        faults.add(0, "fault-empty", "");
    }
    let too_long = |block: &Block| {
        block.text.as_ref().is_some_and(|text| text.chars().count() > TEXT_CHARS_MAX)
            || block
                .items
                .as_ref()
                .is_some_and(|items| items.len() > ITEMS_MAX || items.iter().any(|item| item.chars().count() > 1000))
    };
    if lesson.blocks.len() > BLOCKS_MAX || lesson.blocks.iter().any(too_long) {
        faults.add(0, "fault-long", "");
    }
}

/// `FILE | recorded or synthesised | seconds | voice`; `blob:ID` is a file that was sent.
fn audio(value: &str) -> Option<Audio> {
    let mut parts = value.split('|').map(str::trim);
    let place = parts.next().filter(|place| !place.is_empty())?;
    let kind = match parts.next() {
        None | Some("recorded") => AudioKind::Recorded,
        Some("synthesised") => AudioKind::Synthesised,
        Some(_) => return None,
    };
    let seconds = parts.next().map_or(Some(0), |seconds| seconds.parse().ok())?;
    let voice = parts.next().filter(|voice| !voice.is_empty()).map(ToOwned::to_owned);
    let is_long = |text: &str, chars_max: usize| text.chars().count() > chars_max;
    if seconds > 7_200 || is_long(place, 200) || voice.as_deref().is_some_and(|voice| is_long(voice, 100)) {
        return None;
    }
    let blob = place.strip_prefix("blob:").map(ToOwned::to_owned);
    let file = blob.is_none().then(|| place.to_owned());
    Some(Audio { file, blob, kind, voice, seconds })
}

/// The text of a lesson.
pub(crate) fn write(lesson: &LessonText) -> String {
    let mut text = format!("---\ntitle: {}\ndraft: {}\n", lesson.title, if lesson.draft { "yes" } else { "no" });
    if let Some(audio) = &lesson.audio {
        let place = match &audio.blob {
            Some(blob) => format!("blob:{blob}"),
            None => audio.file.clone().unwrap_or_default(),
        };
        let kind = if audio.kind == AudioKind::Recorded { "recorded" } else { "synthesised" };
        let voice = audio.voice.as_deref().map(|voice| format!(" | {voice}")).unwrap_or_default();
        writeln!(text, "audio: {place} | {kind} | {}{voice}", audio.seconds).unwrap_or_default();
    }
    text.push_str("---\n");
    for block in &lesson.blocks {
        let words = block.text.as_deref().unwrap_or_default();
        let written = match block.kind {
            BlockKind::Heading => writeln!(text, "\n## {words}"),
            BlockKind::Paragraph => writeln!(text, "\n{words}"),
            BlockKind::Example => writeln!(text, "\n> {words}"),
            BlockKind::Remember => writeln!(text, "\n! {words}"),
            BlockKind::List => {
                text.push('\n');
                block.items.iter().flatten().try_for_each(|item| writeln!(text, "- {item}"))
            }
        };
        written.unwrap_or_default();
    }
    text
}
