//! Does a peer that lies in its pages achieve nothing, and lose nothing that is right?

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_federation_core::gate::{Answer as Position, PeerBytes};
use tiwizi_federation_core::wire::{LogId, NodeId, Plane};

use super::evil::{Answer, Evil, EvilLog};
use super::signatures::Served;

struct Talk {
    served: Served,
    nation: NodeId,
}

impl Talk {
    fn new() -> anyhow::Result<Self> {
        let served = Served::new()?;
        let nation = served.nation.node().parse()?;
        Ok(Self { served, nation })
    }

    fn evil(&self) -> &Evil {
        &self.served.evil
    }

    /// A log of control of the evil peer, so long.
    fn log(&self, words: &[u8]) -> anyhow::Result<EvilLog> {
        let mut log = EvilLog::new(self.evil().control(), self.nation);
        for word in words {
            log.write(*word, "")?;
        }
        Ok(log)
    }

    async fn bring(&self, log: &EvilLog, span: (u64, u64)) -> anyhow::Result<Answer> {
        let page = log.page(self.evil(), &self.nation, span)?;
        self.evil().bring(&self.served.place, page.as_bytes(), &self.evil().control()).await
    }

    /// What the nation wants next of the log of control.
    async fn wanted(&self) -> anyhow::Result<u64> {
        let hello = self.evil().hello(&self.served.place).await?;
        let wanted = hello.wanted.iter().find(|wanted| wanted.log == self.evil().control());
        Ok(wanted.context("the nation follows every log of control")?.next)
    }
}

fn stands(answer: &Answer, status: u16, next: u64) -> anyhow::Result<()> {
    let position = Position::decode(&answer.body).with_context(|| format!("{answer:?}"))?;
    ensure!(answer.status == status && position.next == next, "{status} {next} was expected: {answer:?}");
    Ok(())
}

#[tokio::test]
async fn a_page_is_taken_once_and_answered_with_what_is_wanted_next() -> anyhow::Result<()> {
    let talk = Talk::new()?;
    let log = talk.log(&[1, 2, 3])?;
    stands(&talk.bring(&log, (0, 2)).await?, 200, 2)?;
    stands(&talk.bring(&log, (0, 2)).await?, 200, 2)?;
    stands(&talk.bring(&log, (2, 3)).await?, 200, 3)?;
    ensure!(talk.wanted().await? == 3, "the greeting says the same");
    Ok(())
}

#[tokio::test]
async fn f06_nobody_speaks_for_another() -> anyhow::Result<()> {
    let talk = Talk::new()?;
    let evil = talk.evil();
    // In the name of the nation itself, and of somebody who is not known: signed by the evil peer all the same.
    for (node, code) in [(talk.nation, "page-own-log"), (Evil::new(9, None)?.node, "no-agreement")] {
        let name = LogId { node, plane: Plane::control() };
        let mut log = EvilLog::new(name.clone(), talk.nation);
        log.write(1, "")?;
        let page = log.page(evil, &talk.nation, (0, 1))?;
        evil.bring(&talk.served.place, page.as_bytes(), &name).await?.refuses(422, code)?;
    }
    // A page of one log at the address of another.
    let page = talk.log(&[1])?.page(evil, &talk.nation, (0, 1))?;
    let other = LogId { node: evil.node, plane: "registry".parse()? };
    evil.bring(&talk.served.place, page.as_bytes(), &other).await?.refuses(422, "page-other-log")?;
    ensure!(talk.wanted().await? == 0, "nothing was taken");
    Ok(())
}

#[tokio::test]
async fn f07_two_histories_of_a_log_stop_it() -> anyhow::Result<()> {
    let talk = Talk::new()?;
    let (one, other) = (talk.log(&[1, 2])?, talk.log(&[9, 2])?);
    stands(&talk.bring(&one, (0, 1)).await?, 200, 1)?;
    talk.bring(&other, (0, 1)).await?.refuses(422, "page-root")?;
    talk.bring(&other, (0, 2)).await?.refuses(422, "entry-chain")?;
    // The checkpoint of the other history is evidence, whoever tells it.
    let note = other.note(talk.evil(), 1)?.text().to_owned();
    let told = PeerBytes::checkpoints(vec![note], talk.nation);
    let answer = talk.evil().ask(&talk.served.place, "POST", "/fed/v1/checkpoints", told.as_bytes()).await?;
    ensure!(answer.status == 204, "{answer:?}");
    talk.bring(&one, (1, 2)).await?.refuses(422, "log-forked")
}

#[tokio::test]
async fn f08_a_gap_is_told_and_a_broken_chain_is_refused() -> anyhow::Result<()> {
    let talk = Talk::new()?;
    let log = talk.log(&[1, 2, 3, 4])?;
    stands(&talk.bring(&log, (0, 1)).await?, 200, 1)?;
    stands(&talk.bring(&log, (3, 4)).await?, 409, 1)?;
    talk.bring(&talk.log(&[7, 8, 9])?, (1, 3)).await?.refuses(422, "entry-chain")?;
    // A log that is shorter than it was: what it says is known, and it goes on where it was.
    stands(&talk.bring(&log, (0, 1)).await?, 200, 1)?;
    stands(&talk.bring(&log, (1, 4)).await?, 200, 4)
}

#[tokio::test]
async fn f13_what_a_later_version_writes_waits_and_stops_nothing() -> anyhow::Result<()> {
    let mut talk = Talk::new()?;
    let mut log = talk.log(&[])?;
    log.write(2, "registry/cooperative/99.0")?;
    log.write(3, "registry/cooperative/99.0")?;
    stands(&talk.bring(&log, (0, 2)).await?, 200, 2)?;
    talk.served.nation.instance.stop()?;
    let peers = talk.served.nation.command("peer list --json").succeed()?.json()?;
    let parked = peers.pointer("/peers/0/parked").and_then(Value::as_object).context("the peers say what waits")?;
    let waiting: u64 = parked.values().filter_map(Value::as_u64).sum();
    ensure!(waiting == 2, "both wait: {peers}");
    Ok(())
}

#[tokio::test]
async fn bytes_that_are_no_page_are_refused_whatever_they_are() -> anyhow::Result<()> {
    let talk = Talk::new()?;
    let page = talk.log(&[1, 2])?.page(talk.evil(), &talk.nation, (0, 2))?.as_bytes().to_vec();
    let (half, _) = page.split_at(page.len() / 2);
    let bomb = [b"tzpage1\n".as_slice(), &[0xff; 64]].concat();
    for bytes in [half, b"", b"{}", &bomb] {
        let answer = talk.evil().bring(&talk.served.place, bytes, &talk.evil().control()).await?;
        answer.refuses(422, "page-form")?;
    }
    let large = vec![0; 2 << 20];
    let answer = talk.evil().bring(&talk.served.place, &large, &talk.evil().control()).await?;
    answer.refuses(413, "body-too-large")?;
    ensure!(talk.wanted().await? == 0, "nothing was taken");
    Ok(())
}
