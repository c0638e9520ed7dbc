//! `tiwizi register extract`, `verify` and `replace-key`.

use anyhow::Context as _;
use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_registry::extract::{self, Finding, Genuine, ReplaceReason, Standing, Wanted};
use tiwizi_server::issue_extract;

use crate::arguments::{Extract, KeyReason, ReplaceKey, VerifyExtract};
use crate::commands::open;
use crate::config::write_new;
use crate::outcome::{self, Outcome};

/// Issues an extract in the name of the instance.
pub(crate) async fn issue(arguments: Extract) -> anyhow::Result<()> {
    let directory = &arguments.directory;
    // Said before anything is issued: what is issued is kept for good.
    anyhow::ensure!(!arguments.out.exists(), "{} is there already; name another file", arguments.out.display());
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let Extract { cooperative, paper, language, .. } = arguments;
    let issued = issue_extract(&app, &Caller::system(), Wanted { cooperative, paper, language }).await;
    open::close(&app).await;
    let issued = issued.map_err(|problem| refusal(&problem))?;
    let out = &arguments.out;
    // It names people, so it is its owner's alone.
    write_new(out, &issued.pdf, 0o600).with_context(|| format!("could not write {}", out.display()))?;
    let id = issued.record.id.to_string();
    let answer = json!({ "extract": id, "verify": issued.address, "file": out.display().to_string() });
    outcome::answer(directory.json, &answer, &format!("{}\nIts code leads to {}", out.display(), issued.address));
    Ok(())
}

/// A problem in one line, with what to do next where it says so.
fn refusal(problem: &tiwizi_server::Problem) -> anyhow::Error {
    let text = problem.detail().unwrap_or_else(|| problem.fault().title()).to_owned();
    anyhow::Error::new(Outcome::Refused).context(text)
}

/// Verifies a token, and a file with it.
pub(crate) async fn verify(arguments: VerifyExtract) -> anyhow::Result<()> {
    let directory = &arguments.directory;
    let bytes = arguments.file.as_deref().map(open::read_file).transpose()?;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let token = arguments.token.rsplit('/').next().unwrap_or_default();
    let finding = extract::verify(&app.records, token).await;
    open::close(&app).await;
    let finding = finding.context("could not verify")?;
    let (answer, text, is_good) = told(&finding, bytes.as_deref());
    outcome::answer(directory.json, &answer, &text);
    if is_good { Ok(()) } else { Err(anyhow::Error::new(Outcome::Refused).context("do not rely on this print")) }
}

fn told(finding: &Finding, file: Option<&[u8]>) -> (Value, String, bool) {
    let genuine = match finding {
        Finding::NotOurs => {
            let text = "No key of this instance signed it.".to_owned();
            return (json!({ "verdict": "not-ours" }), text, false);
        }
        Finding::Unrecorded => {
            let text = "A key of this instance signed it, but the register holds no such extract.".to_owned();
            return (json!({ "verdict": "unrecorded" }), text, false);
        }
        Finding::Genuine(genuine) => genuine,
    };
    let same_file = file.map(|bytes| genuine.is_file(bytes));
    let (standing, parts) = standing(&genuine.standing);
    let answer = json!({
        "verdict": "genuine",
        "extract": genuine.extract.to_string(),
        "issued_at": genuine.certified.issued_at,
        "key": genuine.key.number,
        "key_replaced": genuine.replaced_by.is_some(),
        "standing": standing,
        "changed": parts,
        "same_file": same_file,
    });
    (answer, sentences(genuine, standing, &parts, same_file), same_file != Some(false))
}

fn standing(standing: &Standing) -> (&'static str, Vec<&'static str>) {
    match standing {
        Standing::Same => ("same", Vec::new()),
        Standing::Changed(parts) => ("changed", parts.iter().map(|part| part.name()).collect()),
        Standing::Gone => ("gone", Vec::new()),
        Standing::Unchecked => ("unchecked", Vec::new()),
    }
}

fn sentences(genuine: &Genuine, standing: &str, parts: &[&str], same_file: Option<bool>) -> String {
    let certified = &genuine.certified;
    let issued = tiwizi_model::Instant(certified.issued_at).rfc3339();
    let mut lines = vec![format!(
        "Genuine: {} {} of cooperative {}, issued by {} at {issued} with key {}.",
        certified.paper.name(),
        genuine.extract,
        certified.data.cooperative,
        certified.office,
        genuine.key.number
    )];
    lines.push(match standing {
        "same" => "The register still says the same.".to_owned(),
        "changed" => format!("Changed since: {}.", parts.join(", ")),
        "gone" => "The cooperative is no longer in the register.".to_owned(),
        _ => "What has changed since was not looked for: the cooperative is too large.".to_owned(),
    });
    if let Some(next) = &genuine.replaced_by {
        lines.push(format!("The key was replaced at {} ({}).", next.since.rfc3339(), next.reason));
    }
    match same_file {
        Some(true) => lines.push("The file is the one that was issued.".to_owned()),
        Some(false) => lines.push("The file is not the one that was issued.".to_owned()),
        None => {}
    }
    lines.join("\n")
}

/// Puts a new signing key in the place of the one before.
pub(crate) async fn replace_key(arguments: ReplaceKey) -> anyhow::Result<()> {
    let directory = &arguments.directory;
    let app = open::app(&directory.data, &open::config(&directory.data)?).await?;
    let reason = match arguments.reason {
        KeyReason::Routine => ReplaceReason::Routine,
        KeyReason::Compromised => ReplaceReason::Compromised,
    };
    let replaced = extract::replace_signing_key(&app.records, &app.instance.key, reason).await;
    open::close(&app).await;
    let key = replaced.context("could not replace the signing key")?;
    let answer = json!({ "number": key.number(), "key_id": key.id().to_string(), "public": key.public().to_string() });
    let text = format!("Extracts are signed with key {} ({}) from now on.", key.number(), key.public());
    outcome::answer(directory.json, &answer, &text);
    Ok(())
}
