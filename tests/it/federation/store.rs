//! Three stores are one: what a random run of steps reads and writes is the same in memory, where the simulator runs, on SQLite and on
//! PostgreSQL.
//!
//! The steps are those that the rules of a node take: versions, terms and sizes do not go back, an agreement is put before anything is held under
//! it. Some transactions are dropped, and then it must be as if they had not been.

mod op;
mod values;
mod world;

use std::sync::Arc;

use tiwizi_federation::directory::{Here, Roll};
use tiwizi_federation::home::Derivation;
use tiwizi_federation::store::SqlStore;
use tiwizi_federation_core::flow::{Durability, MemoryStore, Store as _, StoreTx as _};
use tiwizi_model::InstanceId;
use tiwizi_records::review::Reviewers;
use tiwizi_records::{Catalogue, Records};
use tiwizi_tests::seed::Seed;
use uuid::Uuid;

use crate::storage::Store;
use op::answer;
use values::ME;
use world::World;

/// Transactions of one run.
const TRANSACTIONS: u64 = 120;
/// Steps of one transaction, at most.
const STEPS_MAX: u64 = 12;

async fn over(database: &Store) -> SqlStore {
    let catalogue = Catalogue::open(&database.db).await.unwrap();
    let instance = InstanceId(Uuid::from_u128(1));
    let records = Records::new(database.db.clone(), catalogue, Reviewers::new(), database.ambient.clone(), instance);
    let roll = Roll::empty(Here { node: Some(ME), instance, root: None });
    SqlStore::new(records, ME, Arc::new(roll), Derivation::REGISTER)
}

async fn run(seed: &mut Seed) {
    let (sqlite, postgres) = (Store::sqlite().await, Store::postgres().await);
    let (memory, sqlite, postgres) = (MemoryStore::default(), over(&sqlite).await, over(&postgres).await);
    let mut world = World::new();
    for number in 0..TRANSACTIONS {
        let before = world.clone();
        let mut one = memory.begin().await.unwrap();
        let mut two = sqlite.begin().await.unwrap();
        let mut three = postgres.begin().await.unwrap();
        let ops = if number == 0 { world.opening() } else { world.ops(seed, STEPS_MAX) };
        for op in &ops {
            let expected = answer(&mut one, op).await;
            for (name, found) in [("SQLite", answer(&mut two, op).await), ("PostgreSQL", answer(&mut three, op).await)]
            {
                assert_eq!(found, expected, "{name}, transaction {number}, {op:?}");
            }
        }
        if number > 0 && seed.below(4) == 0 {
            drop((one, two, three));
            world = before;
            continue;
        }
        let durability = if seed.below(2) == 0 { Durability::Relaxed } else { Durability::Synced };
        one.commit(durability).await.unwrap();
        two.commit(durability).await.unwrap();
        three.commit(durability).await.unwrap();
    }
    let mut one = memory.begin().await.unwrap();
    let (mut two, mut three) = (sqlite.begin().await.unwrap(), postgres.begin().await.unwrap());
    for op in world.everything() {
        let expected = answer(&mut one, &op).await;
        assert_eq!(answer(&mut two, &op).await, expected, "SQLite, in the end, {op:?}");
        assert_eq!(answer(&mut three, &op).await, expected, "PostgreSQL, in the end, {op:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_steps_have_the_same_answers_in_memory_and_on_both_databases() {
    run(&mut Seed::of_run("federation_store")).await;
    // A run that is always the same, for whoever bisects.
    run(&mut Seed::fixed(7)).await;
}
