//! That nothing which is kept going waits for the look whether there is more to keep.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

use super::super::{Keeping, LOOK_AGAIN, Looking};
use super::Office;

#[tokio::test]
async fn lines_go_on_while_it_is_looked_who_there_is() {
    let Office { nation, link, .. } = Office::new().await;
    let node = nation.ends.known().me();
    tokio::time::pause();
    // The only connection to the database: the line has it when the second look wants it, and gives it back when it is polled.
    let connection = Semaphore::new(1);
    let (looks, ended) = (AtomicU64::new(0), Notify::new());
    let look = || -> Looking<'_> {
        looks.fetch_add(1, Ordering::SeqCst);
        Box::pin(async {
            drop(connection.acquire().await.unwrap());
            if looks.load(Ordering::SeqCst) > 1 {
                ended.notify_one();
            }
            Ok(vec![node])
        })
    };
    let keep = |_| -> Keeping<'_> {
        Box::pin(async {
            let held = connection.acquire().await.unwrap();
            while looks.load(Ordering::SeqCst) < 2 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            drop(held);
            std::future::pending().await
        })
    };
    let kept = link.keep_each(look, keep, ended.notified());
    tokio::time::timeout(LOOK_AGAIN * 3, kept).await.expect("the line and the look wait for each other");
}
