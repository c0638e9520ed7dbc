//! A connection is driven by whoever waits for something from it. So nothing runs in the background, and nothing is left running.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};

/// Drives a connection while some work on it is done. When the connection has ended it is taken away; what it brought may still be read.
pub(crate) async fn alongside<Driver: Future + ?Sized, Output>(
    driver: &mut Option<Pin<Box<Driver>>>,
    work: impl Future<Output = Output>,
) -> Output {
    let mut work = pin!(work);
    poll_fn(|context| {
        if driver.as_mut().is_some_and(|running| running.as_mut().poll(context).is_ready()) {
            *driver = None;
        }
        work.as_mut().poll(context)
    })
    .await
}
