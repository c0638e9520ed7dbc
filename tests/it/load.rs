//! Do many who read and write at once get their answers?

use std::time::Duration;

use anyhow::ensure;
use tiwizi_tests::Instance;
use tiwizi_tests::load::{self, request};

use crate::database::on_both;
use crate::register::{COOPERATIVES, address, cooperative, create};

on_both! { nobody_is_told_that_the_database_is_busy }

const READERS: usize = 64;
const WRITERS: usize = 64;
const LOAD: Duration = Duration::from_secs(3);

async fn nobody_is_told_that_the_database_is_busy(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let path = address(&create(&client, "0").await?);
    let authorization = format!("Bearer {}", client.token());
    let outcome = load::run(instance.address(), READERS + WRITERS, LOAD, move |number, turn| {
        let headers = [("authorization", authorization.as_str())];
        if number < READERS {
            request("GET", &path, &headers, "")
        } else {
            request("POST", COOPERATIVES, &headers, &cooperative(&format!("{number}-{turn}")).to_string())
        }
    })
    .await?;
    ensure!(outcome.refused == 0, "{} of {} requests were refused", outcome.refused, outcome.answered);
    ensure!(outcome.answered > 100, "only {} requests were answered", outcome.answered);
    Ok(())
}
