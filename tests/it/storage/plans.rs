//! Every list walks a range of an index: the databases themselves say so.

use sqlx::{Connection as _, PgConnection};
use tiwizi_model::RecordId;
use tiwizi_storage::{IndexKeys, Location, Order, Reach, RecordRow, Scan, record};

use super::scans::scan;
use super::{Store, for_each_database};

const ORDERS: [(Order, &str); 12] = [
    (Order::Id, "record_kind"),
    (Order::Province, "record_province"),
    (Order::Subject, "record_subject"),
    (Order::Unique(0), "record_u1"),
    (Order::Unique(1), "record_u2"),
    (Order::Unique(2), "record_u3"),
    (Order::Sorted(0), "record_i1"),
    (Order::Sorted(1), "record_i2"),
    (Order::Sorted(2), "record_i3"),
    (Order::Sorted(3), "record_i4"),
    (Order::Sorted(4), "record_i5"),
    (Order::Sorted(5), "record_i6"),
];

/// Two kinds of four thousand records that are in every index.
async fn filled(store: &Store) -> (tiwizi_storage::KindNo, RecordId) {
    let (kind, other) = (store.kind("thing").await, store.kind("other").await);
    let subject = store.ambient.new_id();
    let rows: Vec<_> = (0..8_000_usize)
        .map(|number| {
            let key = |index: usize| Some(format!("{:05}", number * (index + 1) % 7_919));
            let row = RecordRow {
                province: Some(format!("09.{:03}", number % 500).parse().unwrap()),
                subject: Some(if number % 2_000 == 0 { subject } else { store.ambient.new_id() }),
                ..store.row(if number % 2 == 0 { kind } else { other })
            };
            let unique = || Some(number.to_string());
            let keys = IndexKeys {
                unique: [unique(), unique(), unique()],
                sorted: [key(0), key(1), key(2), key(3), key(4), key(5)],
            };
            (row, keys)
        })
        .collect();
    store.insert(&rows).await;
    if let Location::Postgres { url } = &store.location {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::raw_sql("ANALYZE record").execute(&mut connection).await.unwrap();
    }
    (kind, subject)
}

async fn plan(store: &Store, scan: &Scan) -> String {
    record::explain(&mut store.db.read().await.unwrap(), scan).await.unwrap().join("\n")
}

/// Whether rows are read by that index, in its order, and none is read without an index.
fn walks(plan: &str, index: &str) -> bool {
    plan.contains(index)
        && !plan.contains("Seq Scan")
        && !plan.contains("SCAN record")
        && !plan.contains("TEMP B-TREE")
        && !plan.contains("Sort")
}

for_each_database! {
    async fn every_list_walks_its_index_in_order(store) {
        let (kind, _) = filled(store).await;
        for (order, index) in ORDERS {
            let whole = Scan { rows_max: 50, ..scan(kind, order) };
            // From the middle of the list there is far to go both ways.
            let half = Scan { rows_max: 2_000, ..whole.clone() };
            let page = record::scan(&mut store.db.read().await.unwrap(), &half).await.unwrap();
            let (key, row) = page.last().unwrap();
            let next = Scan { after: Some((key.clone(), row.id)), ..whole.clone() };
            let bounded = Scan { low: Some(key.clone()), ..next.clone() };
            let down = Scan { descending: true, ..next.clone() };
            for scan in [&whole, &next, &bounded, &down] {
                let plan = plan(store, scan).await;
                assert!(walks(&plan, index), "{scan:?}\n{plan}");
            }
        }
    }

    async fn a_small_reach_is_gathered_by_province_and_subject(store) {
        let (kind, subject) = filled(store).await;
        let reach = Reach { provinces: vec!["09.540".into(), "09.498".into()], subjects: vec![subject] };
        let plan = plan(store, &Scan { reach: Some(reach), ..scan(kind, Order::Sorted(3)) }).await;
        assert!(plan.contains("record_province") && plan.contains("record_subject"), "{plan}");
        assert!(!plan.contains("Seq Scan") && !plan.contains("SCAN record"), "{plan}");
    }
}
