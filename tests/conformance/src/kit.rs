//! The kit: a tester, a line, and the order in which the groups are looked at.

use anyhow::{Context as _, ensure};
use tiwizi_federation_core::flow::cursor::Cursor;
use tiwizi_federation_core::greeting::Hello;
use tiwizi_federation_core::signature::Request;
use tiwizi_federation_core::wire::{KeyRing, LogId, NodeId, VerifyingKey};

use crate::checks;
use crate::line::{Answer, Line, Target, signer};
use crate::log::OwnLog;
use crate::report::{LeftOut, Report};
use crate::tester::Tester;

/// What is to be looked at, and what is known of it beforehand.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// Where it listens: `http://127.0.0.1:7000`.
    pub url: String,
    /// Under which name it is reached, when that is not the one in the address.
    pub authority: Option<String>,
    /// Who it should be; otherwise whoever answers is held to be it.
    pub node: Option<NodeId>,
    /// The public key of the federation's root, to hold the directory to.
    pub root: Option<VerifyingKey>,
    /// Whether the tester's own log is stopped for good, by two histories of it. Its keys are of no use afterwards.
    pub forks: bool,
    /// Only groups whose checks begin with one of these letters; all when there is none. Answers are looked at in any case.
    pub only: Option<String>,
}

/// Why pages cannot be brought. That the log of a new tester is wanted is another check's claim.
const UNWANTED: &str =
    "it wants nothing of the tester's log: an earlier run may have stopped it for good (--fork); make new keys";

/// The kit.
pub struct Kit {
    pub(crate) setting: Setting,
    pub(crate) line: Line,
    pub(crate) tester: Tester,
}

impl Kit {
    /// Meets the instance.
    ///
    /// # Errors
    /// When nobody answers, when the tester is not known there, or when it is somebody else.
    pub async fn meet(setting: Setting, tester: Tester) -> anyhow::Result<Self> {
        let line = Line::open(&setting.url, setting.authority.as_deref())?;
        let kit = Self { setting, line, tester };
        let request = kit.signed("GET", "/fed/v1", b"")?;
        let answer = kit.line.send(&request, b"").await?;
        let code = answer.code();
        ensure!(
            answer.status == 200,
            "the greeting was refused: {} {code}. Is {} enrolled there?",
            answer.status,
            kit.tester.node
        );
        let hello = Hello::decode(&answer.body).context("the greeting is not in its form")?;
        let mut ring = KeyRing::new();
        let node = ring.insert(&hello.genesis, &hello.rotations)?;
        let expected = kit.setting.node.unwrap_or(node);
        ensure!(node == expected, "{expected} was expected there, and {node} answered");
        kit.line.met(Target { node, ring });
        Ok(kit)
    }

    /// Who was met.
    ///
    /// # Errors
    /// Never, after `meet`.
    pub fn node(&self) -> anyhow::Result<NodeId> {
        Ok(self.line.target()?.node)
    }

    /// Looks at everything, group by group. Groups whose effects others would notice come last.
    pub async fn run(&mut self) -> Report {
        let mut report = Report::of(self.setting.only.clone());
        if self.wants("S") {
            checks::signature::run(self, &mut report).await;
        }
        if self.wants("RC") {
            checks::replay::run(self, &mut report).await;
        }
        if self.wants("H") {
            checks::hello::run(self, &mut report).await;
        }
        if self.wants("KDP") {
            checks::statements::run(self, &mut report).await;
        }
        if self.wants("U") {
            checks::push::run(self, &mut report).await;
        }
        if self.wants("Z") {
            checks::squeeze::run(self, &mut report).await;
        }
        if self.wants("U") {
            checks::agreement::run(self, &mut report).await;
        }
        if self.wants("L") {
            checks::pull::run(self, &mut report).await;
        }
        if self.wants("N") {
            checks::snapshots::run(self, &mut report).await;
        }
        if self.wants("B") {
            checks::bounds::run(self, &mut report).await;
        }
        if self.wants("F") {
            checks::fork::run(self, &mut report).await;
        }
        checks::answers::run(self, &mut report);
        report
    }

    /// Whether a group was asked for, by the letters of its checks.
    fn wants(&self, letters: &str) -> bool {
        self.setting.only.as_deref().is_none_or(|only| only.chars().any(|letter| letters.contains(letter)))
    }

    /// A request of the tester, rightly signed.
    pub(crate) fn signed(&self, method: &str, address: &str, body: &[u8]) -> anyhow::Result<Request> {
        self.signed_at(self.line.request(method, address, body), 0)
    }

    /// The same by a clock that is so far from ours.
    pub(crate) fn signed_at(&self, request: Request, offset_ms: i64) -> anyhow::Result<Request> {
        let keyid = self.tester.keyid();
        self.line.sign(signer(&keyid, &self.tester.signing), request, offset_ms)
    }

    /// Asks as it should be asked.
    pub(crate) async fn ask(&self, method: &str, address: &str, body: &[u8]) -> anyhow::Result<Answer> {
        let request = self.signed(method, address, body)?;
        self.line.send(&request, body).await
    }

    /// What the instance says now.
    pub(crate) async fn hello(&self) -> anyhow::Result<Hello> {
        let answer = self.ask("GET", "/fed/v1", b"").await?;
        answer.is(200)?;
        Ok(Hello::decode(&answer.body)?)
    }

    /// The tester's log as it was written down, and the place from which the instance wants it.
    pub(crate) async fn own_log(&self) -> anyhow::Result<(OwnLog, u64)> {
        let log = OwnLog::of(self.tester.control(), self.node()?, self.tester.written())?;
        let hello = self.hello().await?;
        let wanted = hello.wanted.iter().find(|wanted| wanted.log == log.id);
        let next = wanted.ok_or_else(|| left_out(UNWANTED))?.next;
        ensure!(
            next <= log.size(),
            "it stands at {next} of a log of {}: the file of the keys is an old copy",
            log.size()
        );
        Ok((log, next))
    }

    /// Brings a page to the address of a log.
    pub(crate) async fn bring(&self, log: &LogId, page: &[u8]) -> anyhow::Result<Answer> {
        self.ask("POST", &pages(log), page).await
    }
}

/// The address of the pages of a log.
pub(crate) fn pages(log: &LogId) -> String {
    format!("/fed/v1/logs/{}.{}/pages", log.node, log.plane)
}

/// The address of the snapshots of a log.
pub(crate) fn snapshots(log: &LogId) -> String {
    format!("/fed/v1/logs/{}.{}/snapshots", log.node, log.plane)
}

/// Somebody who has nothing of a log yet.
pub(crate) fn beginning(epoch: u32, version: u32) -> Cursor {
    Cursor::start(epoch, version)
}

/// Leaves a check out.
pub(crate) fn left_out(why: &str) -> anyhow::Error {
    LeftOut(why.to_owned()).into()
}
