//! The runtime on which plugins run: worker threads of their own, so that a guest that loops never holds up the server.

use std::io;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::call::CallError;

/// The runtime. Dropping it ends its threads without waiting for them.
pub(crate) struct GuestRuntime(Option<Runtime>);

impl GuestRuntime {
    pub(crate) fn start(workers: usize) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(workers).thread_name("plugin").enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    /// Runs work there and waits for it here. When the waiting future is dropped the work is dropped too.
    pub(crate) async fn run<Output: Send + 'static>(
        &self,
        work: impl Future<Output = Output> + Send + 'static,
    ) -> Result<Output, CallError> {
        let runtime = self.0.as_ref().ok_or(CallError::Stopping)?;
        let mut task = Dropped(runtime.spawn(work));
        (&mut task.0).await.map_err(|error| if error.is_panic() { CallError::Panic } else { CallError::Stopping })
    }
}

impl GuestRuntime {
    /// Runs work there that goes on when nobody waits for it any more.
    pub(crate) async fn complete<Output: Send + 'static>(
        &self,
        work: impl Future<Output = Output> + Send + 'static,
    ) -> Result<Output, CallError> {
        let runtime = self.0.as_ref().ok_or(CallError::Stopping)?;
        runtime.spawn(work).await.map_err(|error| if error.is_panic() { CallError::Panic } else { CallError::Stopping })
    }
}

impl Drop for GuestRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
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
