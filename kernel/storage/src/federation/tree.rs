//! The nodes of the logs' Merkle trees above their leaves. The leaves are those of the entries, and are not stored twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use sqlx::AssertSqlSafe;

use super::known::{counted, stored};
use super::log::LogNo;
use crate::error::{StorageError, failed};
use crate::sql::{Batches, Built, LIST_MAX, Value, batches, bind_all, hash, padded};
use crate::tx::{Tx, WriteTx, on_db};

/// A node: its level, 0 for a leaf, its place among those of its level, and its hash.
pub type Node = (u8, u64, [u8; 32]);

/// A complete subtree never changes, so one that is there is the one that is given.
static PUT: LazyLock<Batches> = LazyLock::new(|| {
    let text = ("INSERT INTO fed_tree (log, level, place, hash)", " ON CONFLICT DO NOTHING");
    Batches::with_texts(text, text, 4)
});

/// Stores nodes of complete subtrees. Leaves among them are passed over.
///
/// # Errors
/// `Query` when the database fails.
pub async fn put(tx: &mut WriteTx, log: LogNo, nodes: &[Node]) -> Result<(), StorageError> {
    let nodes: Vec<&Node> = nodes.iter().filter(|(level, ..)| *level > 0).collect();
    for (size, batch) in batches(&nodes) {
        let text = PUT.text(tx, size);
        on_db!(tx, conn => {
            let bind = batch.iter().fold(sqlx::query(text), |query, (level, place, hash)| {
                query.bind(log.0).bind(i16::from(*level)).bind(stored(*place)).bind(hash.as_slice())
            });
            bind.execute(conn).await.map(|_| ())
        })
        .map_err(failed("fed_tree.put"))?;
    }
    Ok(())
}

/// Those of these nodes that are there, leaves included.
///
/// # Errors
/// `Query` when the database fails.
pub async fn nodes(
    tx: &mut Tx,
    log: LogNo,
    wanted: &[(u8, u64)],
) -> Result<BTreeMap<(u8, u64), [u8; 32]>, StorageError> {
    let mut levels: BTreeMap<u8, BTreeSet<u64>> = BTreeMap::new();
    for (level, place) in wanted {
        levels.entry(*level).or_default().insert(*place);
    }
    let mut found = BTreeMap::new();
    for (level, places) in levels {
        let places: Vec<u64> = places.into_iter().collect();
        for part in places.chunks(LIST_MAX) {
            for (place, bytes) in level_part(tx, log, level, part).await? {
                let node = counted(place).and_then(|place| Ok((place, hash(&bytes)?)));
                let (place, hash) = node.map_err(failed("fed_tree.nodes"))?;
                found.insert((level, place), hash);
            }
        }
    }
    Ok(found)
}

async fn level_part(tx: &mut Tx, log: LogNo, level: u8, places: &[u64]) -> Result<Vec<(i64, Vec<u8>)>, StorageError> {
    let mut built = Built::default();
    let column = if level == 0 {
        built.push("SELECT seq, leaf FROM fed_entry WHERE log = ").bind(Value::Number(log.0));
        "seq"
    } else {
        built.push("SELECT place, hash FROM fed_tree WHERE log = ").bind(Value::Number(log.0));
        built.push(" AND level = ").bind(Value::Number(level.into()));
        "place"
    };
    built.push(" AND ").within(column, padded(places).into_iter().map(|place| Value::Number(stored(place))).collect());
    let Built { text, values } = built;
    on_db!(tx, conn => {
        bind_all!(sqlx::query_as(AssertSqlSafe(text)), values).fetch_all(conn).await
    })
    .map_err(failed("fed_tree.nodes"))
}
