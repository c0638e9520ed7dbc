//! A line between two servers that fails as lines do: a proxy for TCP on 127.0.0.1, in the process of the test.
//!
//! One server is told the proxy's address in place of the other's. What is wrong with the line is switched while both run; when the call that
//! switches returns, it holds for all that comes after (what is under way still arrives, but for a cut). The proxy has a thread of its own, so that it also works while a test waits
//! for a command to end, and it ends with its value. It dials loopback only, keeps a bounded part of everything, and reads as much of
//! HTTP/1.1 as it needs to know where an answer begins and ends; other protocols pass as one answer that never ends.
//!
//! It works on the bytes of connections, not on packets. So it cannot lose one packet of many, and what TCP and IP add to the bytes is in no
//! count.

mod answers;
mod bucket;
mod connection;
mod door;
mod flow;
mod http;
mod line;
mod office;
mod requests;
mod resend;
mod switches;
mod tape;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::mpsc::UnboundedSender;

use door::{Command, Door};
use line::{Ends, Line};

pub use line::Counts;
pub use switches::Fault;
pub use tape::Recorded;

use switches::Way;

/// How long a test waits for something to come over the line before it gives up.
const WAIT_MS_MAX: u64 = 60_000;

/// A line that can be made to fail.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    line: Arc<Line>,
    commands: Option<UnboundedSender<Command>>,
    thread: Option<JoinHandle<()>>,
}

impl FaultProxy {
    /// A line to one server, `127.0.0.1:7000` or `http://127.0.0.1:7000`. Nobody needs to listen there yet.
    ///
    /// # Errors
    /// When the target is no address of this machine, or there is no port left.
    pub fn start(target: &str) -> anyhow::Result<Self> {
        Self::open(Ends::Straight(place(target)?))
    }

    /// The way out of an office: a forward proxy of HTTP, which is asked for a tunnel (CONNECT) or for a whole URL (absolute form), and dials
    /// whom it is asked for. Names mean what `name` said; beside those it dials addresses of this machine.
    ///
    /// # Errors
    /// When there is no port left.
    pub fn office() -> anyhow::Result<Self> {
        Self::open(Ends::Office)
    }

    fn open(ends: Ends) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let line = Arc::new(Line::new(ends));
        let door = {
            let _within = runtime.enter();
            Door::open(Arc::clone(&line)).context("the fault proxy found no port")?
        };
        let (commands, orders) = tokio::sync::mpsc::unbounded_channel();
        let address = door.address();
        let thread = std::thread::Builder::new().name("fault-proxy".to_owned());
        let thread = thread.spawn(move || runtime.block_on(door.keep(orders)))?;
        Ok(Self { address, line, commands: Some(commands), thread: Some(thread) })
    }

    /// Where to dial it: `http://127.0.0.1:PORT`. It stays the same over cuts.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same as `127.0.0.1:PORT`.
    #[must_use]
    pub fn place(&self) -> SocketAddr {
        self.address
    }

    /// Leads new connections to another place: the server was started anew.
    ///
    /// # Errors
    /// When the target is no address of this machine, or the proxy is an office's, which is told by each request.
    pub fn lead_to(&self, target: &str) -> anyhow::Result<()> {
        anyhow::ensure!(!self.line.is_office(), "an office's proxy is told by each request where it leads");
        let target = place(target)?;
        self.line.switch(|switches| switches.target = Some(target));
        Ok(())
    }

    /// Tells an office's proxy where a name leads (whatever port is asked for), as its name server would.
    ///
    /// # Errors
    /// When the target is no address of this machine.
    pub fn name(&self, name: &str, target: &str) -> anyhow::Result<()> {
        let target = place(target)?;
        self.line.switch(|switches| switches.names.extend([(name.to_ascii_lowercase(), target)]));
        Ok(())
    }

    /// Lets an office's proxy ask for this value of `Proxy-Authorization`, as in `Basic dXNlcjpwYXNz`.
    pub fn ask_for(&self, credentials: &str) {
        self.line.switch(|switches| switches.credentials = Some(credentials.to_owned()));
    }

    /// Lets everything pass, as fast and as whole as the other switches say. What was lost stays lost: a connection that swallowed bytes
    /// keeps its silence until somebody closes it, for TCP has no gaps.
    ///
    /// # Errors
    /// When the port cannot be taken again.
    pub fn pass(&self) -> anyhow::Result<()> {
        self.set(Way::Pass)
    }

    /// Cuts the line: open connections are closed, new ones refused.
    ///
    /// # Errors
    /// When the proxy has ended.
    pub fn cut(&self) -> anyhow::Result<()> {
        self.order(Command::Shut)
    }

    /// Lets the line go dead without a word: connections are accepted and never answered, and nothing passes either way on those that are
    /// open. Whether one side closed, the other does not learn.
    ///
    /// # Errors
    /// As `pass`.
    pub fn half_open(&self) -> anyhow::Result<()> {
        self.set(Way::HalfOpen)
    }

    /// Swallows what goes to the target: connections open, and requests never arrive.
    ///
    /// # Errors
    /// As `pass`.
    pub fn swallow_requests(&self) -> anyhow::Result<()> {
        self.set(Way::RequestsLost)
    }

    /// Swallows what comes from the target: requests arrive and are acted upon, and nobody learns it.
    ///
    /// # Errors
    /// As `pass`.
    pub fn swallow_answers(&self) -> anyhow::Result<()> {
        self.set(Way::AnswersLost)
    }

    /// Closes the connections that are open, and goes on as before with new ones.
    ///
    /// # Errors
    /// When the proxy has ended.
    pub fn hang_up(&self) -> anyhow::Result<()> {
        self.order(Command::HangUp)
    }

    /// How much passes at most, in each direction and over all connections, in kbit/s of what connections carry; none is as much as the
    /// machine does.
    pub fn kbit_max(&self, kbit: Option<u32>) {
        self.line.switch(|switches| switches.kbit_max = kbit);
    }

    /// How long each byte is under way, one way. A new connection also waits for its first round trip, as for a handshake.
    pub fn latency_ms(&self, ms: u64) {
        self.line.switch(|switches| switches.latency = Duration::from_millis(ms));
    }

    /// What happens to each answer from now on, those that have begun left apart.
    pub fn every_answer(&self, fault: Fault) {
        self.line.switch(|switches| switches.every = fault);
    }

    /// What happens to the next answer that is long enough for it, before that of `every_answer`. Called twice, it holds for the next two.
    ///
    /// # Errors
    /// When too many wait already.
    pub fn next_answer(&self, fault: Fault) -> anyhow::Result<()> {
        self.line.plan(fault)
    }

    /// What has passed so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.line.counts()
    }

    /// Waits until the counts are as wanted, and gives them.
    ///
    /// # Errors
    /// When that does not happen for a minute; the message holds the counts.
    pub async fn until(&self, wanted: impl FnMut(&Counts) -> bool) -> anyhow::Result<Counts> {
        let mut watched = self.line.watch_counts();
        let waited = tokio::time::timeout(Duration::from_millis(WAIT_MS_MAX), watched.wait_for(wanted)).await;
        match waited {
            Ok(counts) => Ok(*counts?),
            Err(_) => anyhow::bail!("what was waited for did not come over the line: {:?}", self.counts()),
        }
    }

    /// The last requests that were seen whole, oldest first; the oldest go when there are too many.
    #[must_use]
    pub fn recorded(&self) -> Vec<Recorded> {
        self.line.tape().recorded()
    }

    /// Sends the last recorded request again, byte by byte, and gives the whole answer as it came. It goes to the target straight, as from
    /// one who listened, and whatever the switches say.
    ///
    /// # Errors
    /// When nothing is recorded, or the target does not answer.
    pub async fn replay(&self) -> anyhow::Result<Vec<u8>> {
        let last = self.recorded().pop().context("no request was recorded")?;
        self.send_again(&last).await
    }

    /// The same with any recorded request. It goes to where the line leads now.
    ///
    /// # Errors
    /// When the target does not answer.
    pub async fn send_again(&self, recorded: &Recorded) -> anyhow::Result<Vec<u8>> {
        let target = self.line.target().unwrap_or(recorded.to);
        let answer = tokio::time::timeout(Duration::from_millis(WAIT_MS_MAX), resend::send(target, recorded)).await;
        answer.context("the target did not answer")?
    }

    fn set(&self, way: Way) -> anyhow::Result<()> {
        // Before the door opens, so that nothing slips through between the two.
        self.line.switch(|switches| switches.way = way);
        self.order(Command::Open)
    }

    /// Waits until the proxy's thread has done it, which waits for nothing itself.
    fn order(
        &self,
        command: impl FnOnce(std::sync::mpsc::SyncSender<std::io::Result<()>>) -> Command,
    ) -> anyhow::Result<()> {
        let (done, wait) = std::sync::mpsc::sync_channel(1);
        let commands = self.commands.as_ref().context("the fault proxy has ended")?;
        commands.send(command(done)).ok().context("the fault proxy has ended")?;
        wait.recv().context("the fault proxy has ended")?.context("the fault proxy could not take its port again")
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        // Its thread ends when nobody can command it any more, and closes all connections.
        drop(self.commands.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// An address of this machine, with `http://` before it or without.
fn place(text: &str) -> anyhow::Result<SocketAddr> {
    let bare = text.trim_start_matches("http://").trim_end_matches('/');
    let place: SocketAddr = bare.parse().with_context(|| format!("{text} is no address like 127.0.0.1:7000"))?;
    anyhow::ensure!(place.ip().is_loopback(), "{text} is not on this machine");
    Ok(place)
}
