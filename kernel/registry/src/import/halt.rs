//! How an import is told to end before its end: by whoever started it, or because the instance stops.

use tokio::sync::watch;

/// Tells an import to end.
#[derive(Debug)]
pub struct Halter(watch::Sender<bool>);

/// Hears of it.
#[derive(Debug, Clone)]
pub struct Halt(watch::Receiver<bool>);

/// Both sides.
#[must_use]
pub fn halt() -> (Halter, Halt) {
    let (sender, receiver) = watch::channel(false);
    (Halter(sender), Halt(receiver))
}

impl Halter {
    /// The import ends after the rows that it is at.
    pub fn halt(&self) {
        self.0.send_replace(true);
    }
}

impl Halt {
    /// For an import that goes on to its end.
    #[must_use]
    pub fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// Returns when the end was asked for; never, when nobody is left who could ask.
    pub(super) async fn asked(&mut self) {
        let is_alone = self.0.wait_for(|asked| *asked).await.is_err();
        if is_alone {
            std::future::pending::<()>().await;
        }
    }
}
