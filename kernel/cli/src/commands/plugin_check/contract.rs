//! Whether an instance takes the bundle and gets an answer from its pages: the real kernel, in a directory that is thrown
//! away afterwards.

use std::path::Path;

use anyhow::Context as _;
use tiwizi_host::{Acceptance, Answer, Grants, Request};
use tiwizi_identity::Caller;
use tiwizi_model::Language;
use tiwizi_records::Manifest;
use tiwizi_server::App;

use super::Finding;
use crate::commands::open::{self, Desk};
use crate::commands::throwaway::{ThrowAway, Wanted};

const COMPONENT: &str = "component.wasm";
/// The first status that says that the plugin is at fault.
const FAILED: u16 = 500;

pub(super) async fn check(path: &Path, manifest: &Manifest) -> anyhow::Result<Vec<Finding>> {
    let instance = ThrowAway::make(Wanted { name: "check", desk: Desk::default(), compiled: None }).await?;
    let findings = installed(&instance.app, path, manifest).await;
    instance.close().await?;
    findings
}

async fn installed(app: &App, path: &Path, manifest: &Manifest) -> anyhow::Result<Vec<Finding>> {
    let bundle = open::read_file(path)?;
    let grants = Grants::parse("all").context("could not grant what the manifest asks for")?;
    // Who vouches for it is a question for the instance that will keep it.
    if let Err(error) =
        app.host.install_accepting(Acceptance::Development, bundle.into(), grants, &Caller::system()).await
    {
        return Ok(vec![Finding::new(
            COMPONENT,
            format!("an instance refuses the bundle: {:#}", anyhow::Error::new(error)),
            "mend what it names and build again: tiwizi plugin build",
        )]);
    }
    let mut findings = Vec::new();
    if let Err(reason) = app.host.health(&manifest.id).await? {
        let message = format!("the plugin says that it cannot work: {reason}");
        findings.push(Finding::new(COMPONENT, message, "look at Plugin::health"));
    }
    for route in manifest.routes.iter().filter(|route| !route.path.contains('{')) {
        for language in super::manifest::DEMANDED {
            findings.extend(answered(app, manifest, &route.path, language).await);
        }
    }
    Ok(findings)
}

/// What is wrong with the answer to the public, if anything: to be asked to sign in is right.
async fn answered(app: &App, manifest: &Manifest, path: &str, language: Language) -> Option<Finding> {
    let request = Request::get("check", path, language);
    let fault = match app.host.call(&manifest.id, Caller::public(), request).await {
        Err(error) => format!("{:#}", anyhow::Error::new(error)),
        Ok(Answer::Page { status, .. } | Answer::Json { status, .. }) if status < FAILED && status != 404 => {
            return None;
        }
        Ok(Answer::Problem { status, .. }) if status < FAILED && status != 404 => return None,
        Ok(Answer::Redirect { .. } | Answer::Asset { .. }) => return None,
        Ok(Answer::Problem { status, code, message, .. }) => format!("it answers {status} {code}: {message}"),
        Ok(Answer::Page { status, .. } | Answer::Json { status, .. }) => format!("it answers {status}"),
    };
    let message = format!("the route {path} in {language}: {fault}");
    Some(Finding::new(COMPONENT, message, "lay the page out in a case and look closer: tiwizi plugin test"))
}
