//! The runtimes on which plugins run: worker threads of their own, so that a guest that loops never holds up the server.
//!
//! There are two lanes. A call begins on quick threads; one that has taken more than a little of their time goes on on slow ones, which
//! the system gives the processor only when nobody else wants it much. So a plugin that works hard slows itself and others
//! of its kind down, and not the many calls that are done in a blink. A plugin whose calls are mostly long begins there.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use tiwizi_model::limits;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{JoinError, JoinHandle};

use crate::call::CallError;
use crate::guest::budget::processor_ns;

/// How willingly the slow threads give way: they get a tenth of a processor that others want too.
const SLOW_NICENESS: i32 = 10;
const QUICK_NS: u64 = limits::PLUGIN_QUICK_CPU_MS * 1_000_000;

/// On which threads a call begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    Quick,
    Slow,
}

/// How long a plugin's calls take of a processor: a mean in which the last ones weigh most.
#[derive(Debug, Default)]
pub(crate) struct Pace(AtomicU64);

impl Pace {
    pub(crate) fn note(&self, cpu: Duration) {
        let nanos = u64::try_from(cpu.as_nanos()).unwrap_or(u64::MAX);
        // Calls that end at the same moment may lose one of their marks; it is a mean.
        let mean = self.0.load(Ordering::Relaxed);
        self.0.store(mean - mean / 4 + nanos / 4, Ordering::Relaxed);
    }

    pub(crate) fn lane(&self) -> Lane {
        if self.0.load(Ordering::Relaxed) > QUICK_NS { Lane::Slow } else { Lane::Quick }
    }
}

/// The runtimes. Dropping this ends their threads without waiting for them.
pub(crate) struct GuestRuntime(Option<Lanes>);

struct Lanes {
    quick: Runtime,
    slow: Runtime,
}

impl GuestRuntime {
    pub(crate) fn start(workers: usize) -> io::Result<Self> {
        let lane = |name: &str| {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(workers).thread_name(name).enable_all();
            builder
        };
        let quick = lane("plugin").build()?;
        // Where the system does not let a thread give way, the slow lane is merely another one.
        let give_way = || _ = rustix::process::setpriority_process(None, SLOW_NICENESS);
        let slow = lane("plugin-slow").on_thread_start(give_way).build()?;
        Ok(Self(Some(Lanes { quick, slow })))
    }

    /// Runs work there and waits for it here. When the waiting future is dropped the work is dropped too.
    pub(crate) async fn run<Output: Send + 'static>(
        &self,
        lane: Lane,
        work: impl Future<Output = Output> + Send + 'static,
    ) -> Result<Output, CallError> {
        let lanes = self.0.as_ref().ok_or(CallError::Stopping)?;
        let mut task = Dropped(match lane {
            Lane::Quick => lanes.quick.spawn(quick_or_slow(work, lanes.slow.handle().clone())),
            Lane::Slow => lanes.slow.spawn(async { Ok(work.await) }),
        });
        (&mut task.0).await.flatten().map_err(|error| ended(&error))
    }

    /// Runs work there that goes on when nobody waits for it any more.
    pub(crate) async fn complete<Output: Send + 'static>(
        &self,
        work: impl Future<Output = Output> + Send + 'static,
    ) -> Result<Output, CallError> {
        let lanes = self.0.as_ref().ok_or(CallError::Stopping)?;
        lanes.quick.spawn(work).await.map_err(|error| ended(&error))
    }

    /// Runs work there for which nobody waits.
    pub(crate) fn leave(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(lanes) = &self.0 {
            drop(lanes.quick.spawn(work));
        }
    }
}

/// Polls work here until it has taken its share, and lets it go on there.
async fn quick_or_slow<Output: Send + 'static>(
    work: impl Future<Output = Output> + Send + 'static,
    slow: Handle,
) -> Result<Output, JoinError> {
    let mut work = Box::pin(work);
    let mut left = QUICK_NS;
    let done = poll_fn(|context| {
        let began = processor_ns();
        let outcome = work.as_mut().poll(context);
        left = left.saturating_sub(processor_ns().saturating_sub(began));
        match outcome {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    });
    match done.await {
        Some(output) => Ok(output),
        None => Pin::new(&mut Dropped(slow.spawn(work)).0).await,
    }
}

fn ended(error: &JoinError) -> CallError {
    if error.is_panic() { CallError::Panic } else { CallError::Stopping }
}

impl Drop for GuestRuntime {
    fn drop(&mut self) {
        if let Some(Lanes { quick, slow }) = self.0.take() {
            quick.shutdown_background();
            slow.shutdown_background();
        }
    }
}

/// A task that ends when nobody waits for it any more.
struct Dropped<Output>(JoinHandle<Output>);

impl<Output> Drop for Dropped<Output> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread() -> String {
        std::thread::current().name().unwrap_or_default().to_owned()
    }

    /// Keeps the processor busy, step by step, and says on which threads.
    async fn busy(ms: u64) -> Vec<String> {
        let mut threads = Vec::new();
        for _ in 0..ms {
            let until = processor_ns() + 1_000_000;
            while processor_ns() < until {
                std::hint::spin_loop();
            }
            threads.push(thread());
            tokio::task::yield_now().await;
        }
        threads.dedup();
        threads
    }

    #[tokio::test]
    async fn long_work_goes_on_on_slow_threads_and_short_work_stays() {
        let runtime = GuestRuntime::start(1).unwrap();
        assert_eq!(runtime.run(Lane::Quick, busy(1)).await.unwrap(), ["plugin"]);
        let long = runtime.run(Lane::Quick, busy(limits::PLUGIN_QUICK_CPU_MS * 3));
        assert_eq!(long.await.unwrap(), ["plugin", "plugin-slow"]);
        assert_eq!(runtime.run(Lane::Slow, busy(1)).await.unwrap(), ["plugin-slow"]);
    }

    #[tokio::test]
    async fn a_panic_on_a_slow_thread_is_contained() {
        let runtime = GuestRuntime::start(1).unwrap();
        let work = async {
            busy(limits::PLUGIN_QUICK_CPU_MS * 2).await;
            panic!("a host function panics")
        };
        let outcome: Result<(), CallError> = runtime.run(Lane::Quick, work).await;
        assert!(matches!(outcome, Err(CallError::Panic)));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_ends_on_slow_threads_too() {
        let runtime = GuestRuntime::start(1).unwrap();
        let (alive, mut ended) = tokio::sync::mpsc::channel::<()>(1);
        let work = async move {
            let _alive = alive;
            busy(limits::PLUGIN_QUICK_CPU_MS * 2).await;
            std::future::pending::<()>().await;
        };
        let waiting = tokio::time::timeout(Duration::from_millis(300), runtime.run(Lane::Quick, work)).await;
        assert!(waiting.is_err());
        assert_eq!(ended.recv().await, None);
    }

    #[test]
    fn a_plugin_of_long_calls_begins_slowly_until_its_calls_are_short_again() {
        let pace = Pace::default();
        assert_eq!(pace.lane(), Lane::Quick);
        pace.note(Duration::from_millis(200));
        assert_eq!(pace.lane(), Lane::Slow);
        for _ in 0..12 {
            pace.note(Duration::from_millis(1));
        }
        assert_eq!(pace.lane(), Lane::Quick);
        pace.note(Duration::MAX);
        assert_eq!(pace.lane(), Lane::Slow);
    }
}
