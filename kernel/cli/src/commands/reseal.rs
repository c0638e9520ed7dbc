//! `tiwizi register reseal`: numbers of identity cards under another secret.

use anyhow::Context as _;
use indicatif::ProgressBar;
use serde_json::json;
use tiwizi_registry::people::{self, Resealed};

use crate::arguments::Reseal;
use crate::commands::open;
use crate::outcome::{self, Outcome};

/// Makes a new secret when one is asked for, and puts every number under the newest.
pub(crate) async fn run(arguments: Reseal) -> anyhow::Result<()> {
    let directory = &arguments.directory;
    let config = open::config(&directory.data)?;
    let mut app = open::app(&directory.data, &config).await?;
    if arguments.new_secret {
        // The secrets that are there were found right just now; the next opening takes up the new one.
        open::close(&app).await;
        app.settings.card_secret.add(&app.ambient).context("could not make a new secret of card numbers")?;
        drop(app);
        app = open::app(&directory.data, &config).await?;
    }
    let bar = if directory.json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    let show = |done: &Resealed| {
        bar.set_message(format!(
            "{} people looked at, {} numbers, {} versions",
            done.looked_at, done.records, done.versions
        ));
        bar.tick();
    };
    let outcome = people::reseal(&app.records, &app.national_ids, show).await;
    bar.finish_and_clear();
    let (key, older) = (app.national_ids.number(), app.national_ids.older());
    open::close(&app).await;
    let done = outcome.context("it did not come to its end; what was done is kept, run it again")?;
    let is_done = done.retired == older;
    let answer = json!({
        "key": key, "looked_at": done.looked_at, "records": done.records, "versions": done.versions,
        "unsealed": done.unsealed, "unreadable": done.unreadable, "left": done.left, "retired": done.retired, "done": is_done,
    });
    outcome::answer(directory.json, &answer, &sentences(key, &done));
    let next = "some numbers are still under an older secret: keep it in the file, mend them, and run this again";
    if is_done { Ok(()) } else { Err(anyhow::Error::new(Outcome::Refused).context(next)) }
}

fn sentences(key: u32, done: &Resealed) -> String {
    let mut lines = vec![format!(
        "{} people looked at; {} numbers and {} superseded versions are under secret {key} now.",
        done.looked_at, done.records, done.versions
    )];
    let mut say = |count: u64, what: &str| {
        if count > 0 {
            lines.push(format!("{count} {what}"));
        }
    };
    say(done.unsealed, "have a hash without a sealed number: set their numbers, or import the list again.");
    say(done.unreadable, "do not open: set their numbers again.");
    say(done.left, "moved meanwhile, or another person has the number too.");
    for number in &done.retired {
        lines.push(match number {
            0 => "The key from before is retired.".to_owned(),
            number => {
                format!("Secret {number} is retired: copies of the database from before need it, this one does not.")
            }
        });
    }
    lines.join("\n")
}
