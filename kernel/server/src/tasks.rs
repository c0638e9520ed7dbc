//! The only place that spawns. Long tasks have a name and stop in the reverse order of their start, so that what
//! others lean on stops last; short ones (connections) are counted and waited for.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

/// Tells a task that it shall end.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Whether the stop was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the stop is asked for, or when nobody is left who could ask.
    pub async fn asked(&mut self) {
        // An error means that the sender is gone, which is a stop as well.
        drop(self.0.wait_for(|asked| *asked).await);
    }
}

struct Running {
    name: &'static str,
    stop: watch::Sender<bool>,
    handle: JoinHandle<()>,
}

/// The handle by which everything is spawned; cheap to clone.
#[derive(Clone)]
pub struct Tasks {
    running: Arc<Mutex<Vec<Running>>>,
    short: TaskTracker,
    closing: Arc<watch::Sender<bool>>,
}

impl Default for Tasks {
    fn default() -> Self {
        Self { running: Arc::default(), short: TaskTracker::new(), closing: Arc::new(watch::Sender::new(false)) }
    }
}

impl Tasks {
    /// Starts a task that lives until it is told to stop.
    pub fn start<F>(&self, name: &'static str, work: impl FnOnce(Stop) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, asked) = watch::channel(false);
        let work = work(Stop(asked));
        #[expect(clippy::disallowed_methods, reason = "this is the handle through which everything is spawned")]
        let handle = tokio::spawn(async move {
            tracing::debug!(task.name = name, "task started");
            work.await;
            tracing::debug!(task.name = name, "task ended");
        });
        self.running.lock().unwrap_or_else(PoisonError::into_inner).push(Running { name, stop, handle });
    }

    /// Starts a task that ends by itself; the stop waits for it.
    pub fn start_short<F>(&self, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.short.spawn(work);
    }

    /// Runs work to its end, also when whoever waits for it goes away. The stop waits for it too.
    ///
    /// # Errors
    /// When the work panicked.
    pub async fn to_its_end<Output: Send + 'static>(
        &self,
        work: impl Future<Output = Output> + Send + 'static,
    ) -> Result<Output, tokio::task::JoinError> {
        self.short.spawn(work).await
    }

    /// Runs work on a thread where it may block, and waits for it. The stop waits for it too.
    ///
    /// # Errors
    /// When the work panicked.
    pub async fn apart<Output: Send + 'static>(
        &self,
        work: impl FnOnce() -> Output + Send + 'static,
    ) -> Result<Output, tokio::task::JoinError> {
        self.short.spawn_blocking(work).await
    }

    /// How many short tasks are under way.
    #[must_use]
    pub fn short_count(&self) -> usize {
        self.short.len()
    }

    /// A signal for answers that could go on for ever (streams, long polls): the stop begins.
    #[must_use]
    pub fn closing(&self) -> Stop {
        Stop(self.closing.subscribe())
    }

    /// Tells the long answers to end. Connections then finish what they are at.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Waits for the short tasks, then stops the long ones, last started first. What is not done by then is cut off.
    pub async fn stop(&self, wait: Duration) {
        self.close();
        self.short.close();
        if tokio::time::timeout(wait, self.short.wait()).await.is_err() {
            tracing::warn!(tasks.left = self.short.len(), "requests under way were cut off");
        }
        let mut running = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        while let Some(mut task) = running.pop() {
            task.stop.send_replace(true);
            match tokio::time::timeout(wait, &mut task.handle).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(task.name = task.name, %error, "task had failed"),
                Err(_) => {
                    task.handle.abort();
                    tracing::warn!(task.name = task.name, "task did not stop in time");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tasks_stop_in_the_reverse_order_of_their_start() {
        let tasks = Tasks::default();
        let ended = Arc::new(Mutex::new(Vec::new()));
        for name in ["store", "readers", "listener"] {
            let ended = Arc::clone(&ended);
            tasks.start(name, |mut stop| async move {
                stop.asked().await;
                ended.lock().unwrap().push(name);
            });
        }
        tasks.stop(Duration::from_secs(5)).await;
        assert_eq!(*ended.lock().unwrap(), ["listener", "readers", "store"]);
    }

    #[tokio::test]
    async fn a_task_that_panicked_does_not_hold_up_the_stop() {
        let tasks = Tasks::default();
        tasks.start("broken", |_| async { panic!("broken") });
        tasks.stop(Duration::from_secs(5)).await;
        assert_eq!(tasks.short_count(), 0);
    }
}
