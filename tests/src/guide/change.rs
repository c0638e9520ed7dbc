//! Changing files as a page shows it: lines that go, lines that come, and lines around them by which their place is found.

use std::path::Path;

use anyhow::{Context as _, ensure};

/// Applies the changes of a block. Each `@@` begins at a place that the file has exactly once.
pub(super) fn apply(folder: &Path, block: &str) -> anyhow::Result<()> {
    let mut files = block.split("--- ");
    ensure!(files.next().is_some_and(str::is_empty), "a change begins with the name of its file");
    for file in files {
        let (name, hunks) = file.split_once('\n').context("a file without changes")?;
        let path = folder.join(name);
        let mut text = std::fs::read_to_string(&path).with_context(|| name.to_owned())?;
        for hunk in hunks.split("@@\n").skip(1) {
            text = changed(&text, hunk).with_context(|| format!("{name}: {hunk}"))?;
        }
        std::fs::write(&path, text)?;
    }
    Ok(())
}

fn changed(text: &str, hunk: &str) -> anyhow::Result<String> {
    let (before, after) = (side(hunk, '-')?, side(hunk, '+')?);
    let text = format!("\n{text}");
    let places = text.matches(&before).count();
    ensure!(places == 1, "the lines stand there {places} times, not once");
    Ok(text.replacen(&before, &after, 1).trim_start_matches('\n').to_owned())
}

/// The lines of one side, each after the end of the line before.
fn side(hunk: &str, sign: char) -> anyhow::Result<String> {
    let mut side = String::from("\n");
    for line in hunk.lines() {
        let mut letters = line.chars();
        match letters.next() {
            None => side.push('\n'),
            Some(first) if first == ' ' || first == sign => {
                side.push_str(letters.as_str());
                side.push('\n');
            }
            Some('+' | '-') => {}
            Some(_) => anyhow::bail!("{line:?} neither stays nor goes nor comes"),
        }
    }
    Ok(side)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "one\n  two\nthree\n";

    #[test]
    fn lines_go_and_come_in_their_place() -> anyhow::Result<()> {
        assert_eq!(changed(FILE, " one\n-  two\n+  2\n+\n three\n")?, "one\n  2\n\nthree\n");
        assert_eq!(changed(FILE, "+zero\n one\n")?, "zero\none\n  two\nthree\n");
        Ok(())
    }

    #[test]
    fn a_place_that_is_not_there_or_twice_is_refused() {
        assert!(changed(FILE, " two\n+x\n").is_err());
        assert!(changed("a\nb\na\nb\n", " a\n+x\n").is_err());
        assert!(changed(FILE, "?one\n").is_err());
    }
}
