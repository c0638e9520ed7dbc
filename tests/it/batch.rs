//! Are several writes kept together, or not at all?

use anyhow::ensure;
use serde_json::json;
use tiwizi_tests::Instance;

use crate::database::on_both;
use crate::register::{COOPERATIVES, cooperative, create, with};

on_both! {
    a_batch_is_written_whole,
    a_batch_with_one_wrong_write_leaves_nothing,
    a_batch_past_the_limit_is_refused,
}

const KIND: &str = "registry/cooperative";

async fn a_batch_is_written_whole(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let first = create(&client, "0").await?.at("/id");
    let writes = json!({ "writes": [
        { "action": "create", "kind": KIND, "body": cooperative("1") },
        { "action": "patch", "kind": KIND, "id": first, "version": 1, "patch": { "status": "suspended" } },
        { "action": "create", "kind": KIND, "body": cooperative("2") },
    ]});
    let answer = client.post("/api/v1/batch", &writes).await?.expect(200)?;
    ensure!(answer.items().len() == 3 && answer.at("/items/1/version") == "2", "{}", answer.text);
    ensure!(client.get(COOPERATIVES).await?.items().len() == 3, "not all was written");
    Ok(())
}

async fn a_batch_with_one_wrong_write_leaves_nothing(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let first = create(&client, "0").await?.at("/id");
    let wrong = with(cooperative("9"), "province", json!("09.999"));
    let last_writes = [
        (json!({ "action": "create", "kind": KIND, "body": wrong }), 422),
        (json!({ "action": "create", "kind": KIND, "body": cooperative("0") }), 409),
        (json!({ "action": "delete", "kind": KIND, "id": first, "version": 7 }), 412),
    ];
    for (last, status) in last_writes {
        let good = json!({ "action": "create", "kind": KIND, "body": cooperative("1") });
        client.post("/api/v1/batch", &json!({ "writes": [good, last] })).await?.expect(status)?;
        ensure!(client.get(COOPERATIVES).await?.items().len() == 1, "half a batch was written");
    }
    Ok(())
}

async fn a_batch_past_the_limit_is_refused(instance: &Instance) -> anyhow::Result<()> {
    let client = instance.registrar().await?;
    let writes: Vec<_> = (0..501)
        .map(|number| json!({ "action": "create", "kind": KIND, "body": cooperative(&number.to_string()) }))
        .collect();
    client.post("/api/v1/batch", &json!({ "writes": writes })).await?.expect_problem(422, "invalid")?;
    client.post("/api/v1/batch", &json!({ "writes": [] })).await?.expect_problem(422, "invalid")?;
    ensure!(client.get(COOPERATIVES).await?.items().is_empty(), "something was written");
    Ok(())
}
