//! Do two histories of a log stop it? The tester's own log is of no use afterwards, so it is only done when it was asked for.

use crate::kit::{Kit, left_out};
use crate::log::OwnLog;
use crate::report::Report;
use crate::tester::Written;
use tiwizi_federation_core::greeting::Seen;
use tiwizi_federation_core::wire::Note;

pub(crate) async fn run(kit: &mut Kit, report: &mut Report) {
    let came = if kit.setting.forks {
        fork(kit).await
    } else {
        Err(left_out("it makes the keys of the tester useless: ask for it with --fork"))
    };
    report.hold("F01", came);
}

async fn fork(kit: &mut Kit) -> anyhow::Result<()> {
    let (log, next) = kit.own_log().await?;
    let mut other = OwnLog::new(log.id.clone(), kit.node()?, 1);
    for _ in 0..next {
        other.append(&Written::Word)?;
    }
    // The checkpoint of the other history is evidence, whoever tells it.
    let note = Note::sign(&other.checkpoint(next)?, &kit.tester.signing).text().to_owned();
    kit.ask("POST", "/fed/v1/checkpoints", &Seen(vec![note]).encode()).await?.is(204)?;
    kit.tester.note(Written::Word)?;
    let log = OwnLog::of(log.id, kit.node()?, kit.tester.written())?;
    let page = log.page(&kit.tester.signing, next, log.size())?;
    kit.bring(&log.id, &page).await?.refuses(422, "log-forked")
}
