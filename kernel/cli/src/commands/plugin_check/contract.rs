//! Whether an instance takes the bundle and gets an answer from its pages: the real kernel, in a directory that is thrown
//! away afterwards.

use std::path::Path;

use anyhow::Context as _;
use tiwizi_host::{Acceptance, Answer, Grants, Request};
use tiwizi_identity::Caller;
use tiwizi_model::{Jurisdiction, Language};
use tiwizi_records::Manifest;
use tiwizi_server::App;

use super::Finding;
use crate::arguments::{DataDirectory, Init};
use crate::commands::{init, open};

const COMPONENT: &str = "component.wasm";
/// The first status that says that the plugin is at fault.
const FAILED: u16 = 500;

pub(super) async fn check(path: &Path, manifest: &Manifest) -> anyhow::Result<Vec<Finding>> {
    let directory = tempfile::tempdir().context("could not make a directory for the throw-away instance")?;
    let data = directory.path().join("data");
    let init = Init {
        directory: DataDirectory { data: data.clone(), json: false },
        name: "check".to_owned(),
        provinces: Jurisdiction::Nation,
        admin_email: "check@tiwizi.invalid".to_owned(),
        database: None,
    };
    init::make(&init).await.context("could not make the throw-away instance")?;
    let app = open::app(&data, &open::config(&data)?).await?;
    let findings = installed(&app, path, manifest).await;
    open::close(&app).await;
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
        )]);
    }
    let mut findings = Vec::new();
    if let Err(reason) = app.host.health(&manifest.id).await? {
        findings.push(Finding::new(COMPONENT, format!("the plugin says that it cannot work: {reason}")));
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
    Some(Finding::new(COMPONENT, format!("the route {path} in {language}: {fault}")))
}
