//! `tiwizi peer write` and `tiwizi peer read`: pages on a stick, for a peer that no line reaches.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tiwizi_federation::SqlStore;
use tiwizi_federation::peers;
use tiwizi_federation::stick::{
    Age, FeedTaken, FeedWritten, Left, Looked, Mode, Stick, StickError, TakenIn, Torn, Written,
};
use tiwizi_federation_core::agreement::AgreementId;
use tiwizi_federation_core::bundle::BundleError;
use tiwizi_federation_core::flow::node::{Acknowledged, AskRefusal};
use tiwizi_federation_core::flow::rows::Feed;
use tiwizi_federation_core::wire::{NodeId, Plane};
use tiwizi_model::limits;
use tiwizi_server::App;

use crate::arguments::{ReadPeer, WritePeer};
use crate::commands::open;
use crate::commands::peer::unknown;
use crate::outcome::{Outcome, Said};
use crate::progress::Bar;

/// What is written at once.
const BUFFER_BYTES: usize = 1 << 20;

/// Writes the file for a peer.
pub(crate) async fn write(arguments: &WritePeer) -> anyhow::Result<()> {
    let directory = &arguments.directory;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let written = write_with(&app, arguments).await;
    open::close(&app).await;
    written?.answer(directory.json);
    Ok(())
}

async fn write_with(app: &Arc<App>, arguments: &WritePeer) -> anyhow::Result<Said> {
    let WritePeer { peer: word, file, mib_max, dry_run, directory } = arguments;
    let desk = desk(app)?;
    let views = peers::list(&mut *app.db.read().await?).await?;
    let view = peers::find(&views, word).map_err(unknown)?;
    let bytes_max = mib_max.map_or(limits::FED_BUNDLE_BYTES_MAX, |mib| mib.saturating_mul(1 << 20));
    let bar = Bar::new(directory.json);
    bar.begin_open(if *dry_run { "counting" } else { "writing" });
    let mut told = |bytes: u64| bar.advance(usize::try_from(bytes).unwrap_or(usize::MAX));
    let written = if *dry_run {
        let tried = desk.write(&view.node, (std::io::sink(), bytes_max), Mode::Tried, &mut told).await;
        tried.map(|(_, written)| written).map_err(|error| explain(error, file))
    } else {
        write_file(&desk, &view.node, (file, bytes_max), &mut told).await
    };
    bar.end();
    Ok(said_written(&written?, &view.row.name, (file, *dry_run)))
}

/// Writes into a file beside the one that is wanted, and puts it in its place once it is whole and lies on the disk.
async fn write_file(
    desk: &Stick<SqlStore>,
    to: &NodeId,
    (path, bytes_max): (&Path, u64),
    told: &mut (dyn FnMut(u64) + Send),
) -> anyhow::Result<Written> {
    let could_not = || format!("could not write {}", path.display());
    anyhow::ensure!(!path.exists(), "{} is there already; name another file", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside = tempfile::Builder::new();
    let beside: NamedTempFile =
        beside.prefix(".tiwizi-").suffix(".part").tempfile_in(folder).with_context(could_not)?;
    let file = BufWriter::with_capacity(BUFFER_BYTES, beside);
    let (file, written) =
        desk.write(to, (file, bytes_max), Mode::Done, told).await.map_err(|error| explain(error, path))?;
    let whole = file.into_inner().map_err(std::io::IntoInnerError::into_error).with_context(could_not)?;
    whole.as_file().sync_all().with_context(could_not)?;
    whole.persist_noclobber(path).with_context(could_not)?;
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(could_not)?;
    Ok(written)
}

/// Reads the file of a peer.
pub(crate) async fn read(arguments: &ReadPeer) -> anyhow::Result<()> {
    let directory = &arguments.directory;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let read = read_with(&app, arguments).await;
    open::close(&app).await;
    let (said, is_refused) = read?;
    said.answer(directory.json);
    if is_refused {
        return Err(anyhow::Error::new(Outcome::Refused).context("a part of the file was not taken; the rest was"));
    }
    Ok(())
}

async fn read_with(app: &Arc<App>, arguments: &ReadPeer) -> anyhow::Result<(Said, bool)> {
    let ReadPeer { directory, file: path, torn, dry_run } = arguments;
    let desk = desk(app)?;
    let mut file = File::open(path).with_context(|| format!("could not read {}", path.display()))?;
    let length = file.metadata().with_context(|| format!("could not read {}", path.display()))?.len();
    let torn = if *torn { Torn::Taken } else { Torn::Refused };
    let bar = Bar::new(directory.json);
    // Once to see that it is whole, and once to take what is new.
    let times = if *dry_run { 1 } else { 2 };
    bar.begin("reading", usize::try_from(length.saturating_mul(times)).unwrap_or(usize::MAX));
    let mut told = |bytes: u64| bar.advance(usize::try_from(bytes).unwrap_or(usize::MAX));
    let read = if *dry_run {
        desk.look(&mut file, torn, &mut told).await.map(Err)
    } else {
        desk.read(&mut file, torn, &mut told).await.map(Ok)
    };
    bar.end();
    let names = peers::list(&mut *app.db.read().await?).await?;
    let name = |node: &NodeId| {
        let found = names.iter().find(|view| view.node == *node);
        found.map_or_else(|| node.to_string(), |view| view.row.name.clone())
    };
    match read.map_err(|error| explain(error, path))? {
        Ok(taken) => Ok((said_taken(&taken, &name(&taken.looked.from)), taken.has_refused())),
        Err(looked) => Ok((said_looked(&looked, &name(&looked.from)), false)),
    }
}

fn desk(app: &App) -> anyhow::Result<Stick<SqlStore>> {
    app.stick().context("this instance has no keys for the federation; make them with: tiwizi federation init")
}

/// What is wrong with the file or the peer is a refusal; the rest is a failure.
fn explain(error: StickError, path: &Path) -> anyhow::Error {
    let is_torn = matches!(
        &error,
        StickError::Bundle(BundleError::CutOff { .. } | BundleError::Damaged { .. } | BundleError::Long)
    );
    let is_refusal = error.is_refusal();
    let mut error = anyhow::Error::new(error);
    if is_torn {
        error = error.context("nothing was taken; copy the file once more, or take what is whole with --torn");
    }
    let error = if is_refusal { error.context(Outcome::Refused) } else { error };
    error.context(path.display().to_string())
}

fn named(plane: &Plane, agreement: Option<AgreementId>) -> String {
    agreement.map_or_else(|| plane.to_string(), |id| format!("{plane} under {id}"))
}

fn said_written(written: &Written, name: &str, (file, is_tried): (&Path, bool)) -> Said {
    let verb = if is_tried { "Would write" } else { "Wrote" };
    let mut lines = vec![format!("{verb} {} for {name}: {} bytes.", file.display(), written.bytes)];
    lines.extend(written.feeds.iter().map(line_written));
    if !written.is_whole() {
        lines
            .push(format!("Not all that {name} may have is in it. Write the next file once it has answered this one."));
    }
    if !is_tried {
        lines.push(format!(
            "{name} alone can open it. It is written again each time until a file of {name} says that it has it: tiwizi peer read."
        ));
    }
    let feeds: Vec<Value> = written.feeds.iter().map(value_written).collect();
    let value = json!({
        "to": written.to.to_string(), "made_at": written.made_at.rfc3339(), "bytes": written.bytes,
        "parts": written.parts, "whole": written.is_whole(), "dry_run": is_tried, "logs": feeds,
    });
    Said { value, text: lines.join("\n") }
}

fn line_written(feed: &FeedWritten) -> String {
    let FeedWritten { plane, agreement, from, up_to, pages, chunks, left } = feed;
    let name = named(plane, *agreement);
    let snapshot = chunks.map_or_else(String::new, |chunks| format!(", a snapshot of {chunks} chunks"));
    let left = match left {
        Left::Nothing => String::new(),
        Left::Room => "; the rest has no room in the file".to_owned(),
        Left::Refused(code) => format!("; no more of it is given ({code})"),
    };
    if from == up_to {
        return format!("  {name}: nothing that is not acknowledged{left}");
    }
    format!("  {name}: entries {from} to {}, {pages} pages{snapshot}{left}", up_to.saturating_sub(1))
}

fn value_written(feed: &FeedWritten) -> Value {
    let left = match feed.left {
        Left::Nothing => None,
        Left::Room => Some("room"),
        Left::Refused(code) => Some(code),
    };
    json!({
        "plane": feed.plane.as_str(), "agreement": feed.agreement.map(|id| id.to_string()), "from": feed.from,
        "up_to": feed.up_to, "pages": feed.pages, "chunks": feed.chunks, "left": left,
    })
}

fn said_looked(looked: &Looked, name: &str) -> Said {
    let mut lines = vec![about(looked, name)];
    for log in &looked.logs {
        let here = match log.next {
            None => "not taken here, or under another version".to_owned(),
            Some(next) => format!("{next} are here"),
        };
        lines.push(format!("  {}: {} entries; {here}", named(&log.plane, log.agreement), log.size));
    }
    if looked.is_torn {
        lines.push("The file is torn: what follows is not in this.".to_owned());
    }
    lines.push("Nothing was taken.".to_owned());
    let mut value = value_looked(looked);
    if let Some(value) = value.as_object_mut() {
        value.insert("dry_run".to_owned(), Value::Bool(true));
    }
    Said { value, text: lines.join("\n") }
}

fn about(looked: &Looked, name: &str) -> String {
    let age = match looked.age {
        Age::Newer => "",
        Age::Same => " Everything in it is here already.",
        Age::Older => " It is older than what is here.",
    };
    format!("A file of {name}, written {}.{age}", looked.made_at.rfc3339())
}

fn value_looked(looked: &Looked) -> Value {
    let age = match looked.age {
        Age::Newer => "newer",
        Age::Same => "same",
        Age::Older => "older",
    };
    let log = |log: &tiwizi_federation::stick::Here| {
        let agreement = log.agreement.map(|id| id.to_string());
        json!({ "plane": log.plane.as_str(), "agreement": agreement, "size": log.size, "next": log.next })
    };
    json!({
        "from": looked.from.to_string(), "made_at": looked.made_at.rfc3339(), "age": age, "parts": looked.parts,
        "torn": looked.is_torn, "logs": looked.logs.iter().map(log).collect::<Vec<_>>(),
    })
}

fn said_taken(taken: &TakenIn, name: &str) -> Said {
    let mut lines = vec![about(&taken.looked, name)];
    lines.extend(taken.feeds.iter().map(line_taken));
    lines.extend(taken.acknowledged.iter().map(|(feed, said)| line_acknowledged(feed, *said, name)));
    if let Some(version) = taken.directory {
        lines.push(format!("  The directory of version {version} is in force."));
    }
    if let Some(code) = taken.directory_refused {
        lines.push(format!("  The directory in it is not taken ({code})."));
    }
    for log in &taken.forked {
        lines
            .push(format!("  It proves two histories of {log}; nothing more is taken of that log. Call its instance."));
    }
    if taken.passed_over > 0 {
        lines.push(format!(
            "  {} parts are not known here and were passed over; upgrade the program.",
            taken.passed_over
        ));
    }
    if taken.looked.is_torn {
        lines.push("The file is torn: what follows was not taken. It comes again with the next file.".to_owned());
    }
    let mut value = value_looked(&taken.looked);
    if let Some(value) = value.as_object_mut() {
        let feeds = taken.feeds.iter().map(value_taken).collect();
        let said = taken.acknowledged.iter().map(|(feed, said)| value_acknowledged(feed, *said)).collect();
        value.insert("taken".to_owned(), Value::Array(feeds));
        value.insert("acknowledged".to_owned(), Value::Array(said));
        value.insert("directory".to_owned(), json!(taken.directory));
        value.insert("directory_refused".to_owned(), json!(taken.directory_refused));
        value.insert("forked".to_owned(), taken.forked.iter().map(ToString::to_string).collect());
        value.insert("passed_over".to_owned(), json!(taken.passed_over));
    }
    Said { value, text: lines.join("\n") }
}

fn line_taken(taken: &FeedTaken) -> String {
    let FeedTaken { feed, before, next, counts, is_loaded, refused } = taken;
    let name = named(&feed.log.plane, feed.agreement);
    let loaded = if *is_loaded { ", a snapshot was loaded" } else { "" };
    let waiting = if counts.parked > 0 { format!(", {} wait", counts.parked) } else { String::new() };
    let refused = refused.map_or_else(String::new, |code| format!("\n    no more of it: {} ({code})", why(code)));
    format!("  {name}: from {before} to {next}; {} applied{waiting}{loaded}{refused}", counts.applied)
}

fn value_taken(taken: &FeedTaken) -> Value {
    let FeedTaken { feed, before, next, counts, is_loaded, refused } = taken;
    json!({
        "plane": feed.log.plane.as_str(), "agreement": feed.agreement.map(|id| id.to_string()), "before": before,
        "next": next, "applied": counts.applied, "ignored": counts.ignored, "parked": counts.parked,
        "unparked": counts.unparked, "snapshot": is_loaded, "refused": refused,
    })
}

fn line_acknowledged(feed: &Feed, said: Acknowledged, name: &str) -> String {
    let log = named(&feed.log.plane, feed.agreement);
    match said {
        Acknowledged::Further { now, .. } => format!("  {name} has {log} up to {now}."),
        Acknowledged::Known => format!("  {name} has no more of {log} than was known."),
        Acknowledged::Older { known } => format!("  {name} had said before that it has {log} up to {known}."),
        Acknowledged::Refused(AskRefusal::Ahead { size }) => format!(
            "  {name} has more of {log} than the {size} entries that are here: was this instance put back from an old copy? \
             Write nothing before that is known."
        ),
        Acknowledged::Refused(_) => format!("  What {name} says of {log} is about nothing that is given now."),
    }
}

fn value_acknowledged(feed: &Feed, said: Acknowledged) -> Value {
    let (what, next) = match said {
        Acknowledged::Further { now, .. } => ("further", Some(now)),
        Acknowledged::Known => ("known", None),
        Acknowledged::Older { known } => ("older", Some(known)),
        Acknowledged::Refused(AskRefusal::Ahead { size }) => ("ahead", Some(size)),
        Acknowledged::Refused(_) => ("nothing", None),
    };
    let agreement = feed.agreement.map(|id| id.to_string());
    json!({ "plane": feed.log.plane.as_str(), "agreement": agreement, "said": what, "next": next })
}

/// What to do about a log that does not go on.
fn why(code: &str) -> &'static str {
    match code {
        "no-agreement" => "no agreement in force here gives it; send your own file, which says what holds here",
        "agreement-version" => "another version of the agreement holds here; send your own file and ask for a new one",
        "page-place" => "entries before it are not here; send your own file and ask for a new one",
        "page-keys" => "it is signed with a key that is not known here; ask for the newest directory",
        "log-forked" => "its instance has shown two histories of it",
        "parked-full" => "too many of its entries wait; see tiwizi peer doctor",
        "snapshot-refused" => {
            "the snapshot does not begin where this instance stands; send your own file and ask for a new one"
        }
        _ => "it is not proven; nothing of it was taken",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_file_is_a_refusal_and_a_tear_says_what_to_do() {
        let path = Path::new("pages.tzstick");
        let torn = explain(StickError::Bundle(BundleError::CutOff { pages: 3 }), path);
        assert_eq!(torn.downcast_ref::<Outcome>(), Some(&Outcome::Refused));
        let text = format!("{torn:#}");
        assert!(text.contains("pages.tzstick") && text.contains("--torn") && text.contains("3 parts"), "{text}");
        let broken = explain(StickError::Bundle(BundleError::File(std::io::Error::other("the stick is out"))), path);
        assert_eq!(broken.downcast_ref::<Outcome>(), None, "a stick that is pulled out is no wrong file");
        assert!(format!("{broken:#}").contains("the stick is out"));
    }
}
