//! Is an agreement in force once both have signed it? The operator of the instance offers one; without that the logs of records stay unseen.

use std::time::Duration;

use anyhow::Context as _;
use tiwizi_federation_core::flow::statement::{AgreementStep, Statement};
use tiwizi_federation_core::wire::{Envelope, Field, Plane};

use crate::checks::pull::follow;
use crate::kit::{Kit, left_out};
use crate::report::Report;
use crate::tester::Written;

/// How often the greeting is asked for whether it offers what was signed, and how long between.
const LOOKS: usize = 40;
const LOOK: Duration = Duration::from_millis(250);

pub(crate) async fn run(kit: &mut Kit, report: &mut Report) {
    let came = sign(kit).await;
    report.hold("U13", came);
}

/// What was offered last to the tester.
async fn offered(kit: &Kit) -> anyhow::Result<Option<AgreementStep>> {
    let hello = kit.hello().await?;
    let control = hello.logs.iter().find(|log| log.plane == Plane::control()).context("no log of control")?;
    let mut last = None;
    for entry in follow(kit, control, &mut Vec::new()).await? {
        let Some(header) = entry.header else { continue };
        let fields: Vec<Field> = entry.fields.into_iter().map(|(_, field)| field).collect();
        if let Ok(Statement::Agreement(step)) = Statement::read(&header.kind, header.entity.id, &fields)
            && step.step == "offer"
        {
            last = Some(step);
        }
    }
    Ok(last)
}

async fn is_offered(kit: &Kit) -> anyhow::Result<bool> {
    Ok(kit.hello().await?.logs.iter().any(|log| log.agreement.is_some()))
}

async fn sign(kit: &mut Kit) -> anyhow::Result<()> {
    if is_offered(kit).await? {
        return Ok(());
    }
    let step = offered(kit).await?.ok_or_else(|| left_out("no agreement was offered to the tester"))?;
    let mut envelope = Envelope::decode(&step.envelope.context("an offer without a document")?)?;
    envelope.add(&kit.tester.signing);
    kit.tester.note(Written::sign(&envelope, step.id.0, step.version))?;
    let (log, next) = kit.own_log().await?;
    let page = log.page(&kit.tester.signing, next, log.size())?;
    kit.bring(&log.id, &page).await?.is(200)?;
    for _ in 0..LOOKS {
        if is_offered(kit).await? {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
    anyhow::bail!("both have signed, and no log is offered under it")
}
