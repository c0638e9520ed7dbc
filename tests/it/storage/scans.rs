//! Lists: ranges, directions, pages, reach.

use tiwizi_model::{Operation, RecordId, Version, limits};
use tiwizi_storage::{IndexKeys, KindNo, NewRow, Order, Reach, RecordRow, Scan, record};

use super::{Store, for_each_database, sorted, unique};

pub(super) fn scan(kind: KindNo, order: Order) -> Scan {
    Scan { kind, order, low: None, high: None, after: None, descending: false, reach: None, rows_max: 100 }
}

async fn keys(store: &Store, scan: &Scan) -> Vec<String> {
    let rows = record::scan(&mut store.db.read().await.unwrap(), scan).await.unwrap();
    rows.into_iter().map(|(key, _)| key).collect()
}

async fn count(store: &Store, scan: &Scan, without: &[RecordId]) -> usize {
    record::count(&mut store.db.read().await.unwrap(), scan, without).await.unwrap() as usize
}

/// Every row of a list, read in pages of three.
async fn all_pages(store: &Store, mut scan: Scan) -> Vec<RecordId> {
    scan.rows_max = 3;
    let mut all = Vec::new();
    loop {
        let page = record::scan(&mut store.db.read().await.unwrap(), &scan).await.unwrap();
        let Some((key, row)) = page.last() else { return all };
        scan.after = Some((key.clone(), row.id));
        all.extend(page.iter().map(|(_, row)| row.id));
    }
}

for_each_database! {
    async fn a_range_begins_at_low_and_ends_before_high(store) {
        let kind = store.kind("thing").await;
        let rows: Vec<_> = ["d", "a", "c", "b", "é", "B"].iter().map(|key| (store.row(kind), sorted(key))).collect();
        store.insert(&rows).await;
        let all = scan(kind, Order::Sorted(0));
        // By bytes, on both databases and whatever the locale of the server.
        assert_eq!(keys(store, &all).await, ["B", "a", "b", "c", "d", "é"]);
        let some = Scan { low: Some("b".into()), high: Some("d".into()), ..all.clone() };
        assert_eq!(keys(store, &some).await, ["b", "c"]);
        let down = Scan { descending: true, ..some.clone() };
        assert_eq!(keys(store, &down).await, ["c", "b"]);
        let one = Scan { low: Some("c".into()), high: Some("c".into()), ..all.clone() };
        assert_eq!(keys(store, &one).await, ["c"]);
        let nothing = Scan { kind: store.kind("other").await, ..all };
        assert!(keys(store, &nothing).await.is_empty());
    }

    async fn pages_hold_every_row_once_also_among_equal_keys(store) {
        let kind = store.kind("thing").await;
        let province: Vec<_> = ["09.541", "09.551"].iter().map(|code| code.parse().unwrap()).collect();
        let rows: Vec<_> = (0..20).map(|number: usize| {
            let row = RecordRow {
                province: Some(province[number % 2]),
                subject: Some(RecordId(uuid::Uuid::from_u128(u128::try_from(number % 3).unwrap()))),
                ..store.row(kind)
            };
            let mut keys = unique(&format!("{number:02}"));
            keys.sorted[5] = Some(["x", "y"][number % 2].to_owned());
            (row, keys)
        }).collect();
        store.insert(&rows).await;
        let mut expected: Vec<_> = rows.iter().map(|(row, _)| row.id).collect();
        expected.sort();
        for order in [Order::Id, Order::Province, Order::Subject, Order::Unique(0), Order::Sorted(5)] {
            let up = all_pages(store, scan(kind, order)).await;
            let mut down = all_pages(store, Scan { descending: true, ..scan(kind, order) }).await;
            down.reverse();
            assert_eq!(up, down, "{order:?}");
            let mut sorted = up;
            sorted.sort();
            assert_eq!(sorted, expected, "{order:?}");
        }
        for slot in [6, 99] {
            assert!(keys(store, &scan(kind, Order::Sorted(slot))).await.is_empty());
        }
    }

    async fn a_tombstone_is_in_no_list(store) {
        let kind = store.kind("thing").await;
        let row = RecordRow { province: Some("09.541".parse().unwrap()), ..store.row(kind) };
        store.insert(&[(row.clone(), sorted("a"))]).await;
        let mut tx = store.db.begin_write().await.unwrap();
        let gone = RecordRow { version: Version(2), ..row };
        let new = NewRow { row: &gone, keys: &IndexKeys::default() };
        record::replace(&mut tx, new, Version(1), Operation::Delete).await.unwrap();
        tx.commit().await.unwrap();
        for order in [Order::Id, Order::Province, Order::Sorted(0)] {
            assert!(keys(store, &scan(kind, order)).await.is_empty(), "{order:?}");
        }
    }

    async fn a_reach_lets_through_its_provinces_and_its_subjects_and_nothing_else(store) {
        let kind = store.kind("thing").await;
        let me = store.ambient.new_id();
        let place = |code: &str| Some(code.parse().unwrap());
        let rows: Vec<_> = [
            ("a", place("09.541"), None),
            ("b", place("09.551"), None),
            ("c", place("09.551"), Some(me)),
            ("d", None, Some(me)),
            ("e", None, None),
            ("f", place("09.541"), Some(me)),
        ].into_iter().map(|(key, province, subject)| (RecordRow { province, subject, ..store.row(kind) }, sorted(key))).collect();
        store.insert(&rows).await;
        let reached = |provinces: &[&str], subjects: &[RecordId]| Scan {
            reach: Some(Reach {
                provinces: provinces.iter().map(ToString::to_string).collect(),
                subjects: subjects.to_vec(),
            }),
            ..scan(kind, Order::Sorted(0))
        };
        assert_eq!(keys(store, &reached(&["09.541"], &[])).await, ["a", "f"]);
        assert_eq!(keys(store, &reached(&[], &[me])).await, ["c", "d", "f"]);
        assert_eq!(keys(store, &reached(&["09.541"], &[me])).await, ["a", "c", "d", "f"]);
        assert_eq!(keys(store, &reached(&["09.541", "09.551", "01.051"], &[])).await, ["a", "b", "c", "f"]);
        assert!(keys(store, &reached(&[], &[])).await.is_empty());
        for (provinces, subjects) in [(&["09.541"][..], &[][..]), (&[], &[me]), (&["09.541", "09.551"], &[me]), (&[], &[])] {
            let scan = reached(provinces, subjects);
            let (listed, counted) = (keys(store, &scan).await.len(), count(store, &scan, &[]).await);
            assert_eq!(listed, counted, "{scan:?}");
        }
        let low = Scan { low: Some("c".into()), descending: true, ..reached(&["09.541"], &[me]) };
        assert_eq!(keys(store, &low).await, ["f", "d", "c"]);
        // Many rows in reach are walked in order instead of gathered.
        let many: Vec<_> = (0..2_500).map(|number| {
            (RecordRow { province: place("09.541"), ..store.row(kind) }, sorted(&format!("m{number:04}")))
        }).collect();
        store.insert(&many).await;
        let walked = Scan { rows_max: 5, ..reached(&["09.541"], &[me]) };
        assert_eq!(keys(store, &walked).await, ["a", "c", "d", "f", "m0000"]);
        // A count goes up to its bound, past a page's cursor, and leaves out what it is told to.
        assert_eq!(count(store, &walked, &[]).await, 5);
        let all = Scan { rows_max: 10_000, after: Some(("m0000".into(), me)), ..reached(&["09.541"], &[me]) };
        assert_eq!(count(store, &all, &[]).await, 2_504);
        assert_eq!(count(store, &all, &[many[0].0.id, many[1].0.id, store.ambient.new_id()]).await, 2_502);
        let range = Scan { low: Some("m0010".into()), high: Some("m0020".into()), reach: None, ..all };
        assert_eq!(count(store, &range, &[]).await, 10);
    }

    async fn a_long_body_is_left_out_and_read_by_itself(store) {
        let kind = store.kind("thing").await;
        // In bytes, not in letters: each of these has two.
        let bodies = [limits::LIGHT_BODY_BYTES_MAX / 2, limits::LIGHT_BODY_BYTES_MAX / 2 + 1].map(|letters| "é".repeat(letters));
        let rows: Vec<_> = bodies.iter().zip(["a", "b"]).map(|(body, key)| {
            let province = Some("09.541".parse().unwrap());
            (RecordRow { province, body: body.clone(), ..store.row(kind) }, sorted(key))
        }).collect();
        store.insert(&rows).await;
        let ids: Vec<RecordId> = rows.iter().map(|(row, _)| row.id).collect();
        let all = scan(kind, Order::Sorted(0));
        let near = Reach { provinces: vec!["09.541".to_owned()], subjects: vec![store.ambient.new_id()] };
        let mut tx = store.db.read().await.unwrap();
        let mut found = vec![record::find_many_light(&mut tx, &ids).await.unwrap()];
        for scan in [all.clone(), Scan { reach: Some(near), ..all }] {
            found.push(record::scan_light(&mut tx, &scan).await.unwrap().into_iter().map(|(_, row)| row).collect());
        }
        for mut light in found {
            light.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
            assert_eq!(light.iter().map(|row| row.body.len()).collect::<Vec<_>>(), [limits::LIGHT_BODY_BYTES_MAX, 0]);
            for (row, (whole, _)) in light.iter_mut().zip(&rows) {
                record::complete(&mut tx, row).await.unwrap();
                assert_eq!(row, whole);
            }
        }
    }
}
