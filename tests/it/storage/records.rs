//! Records: creating, replacing, deleting, finding, history.

use tiwizi_model::{AccountId, Author, Operation, RecordId, Seq, Version};
use tiwizi_storage::{IndexKeys, NewRow, Reach, RecordRow, WriteError, change, record};
use uuid::Uuid;

use super::{Store, for_each_database, sorted, unique};

/// The next version of a record.
fn next(row: &RecordRow, body: &str) -> RecordRow {
    RecordRow { version: row.version.next(), body: body.to_owned(), ..row.clone() }
}

async fn replace(store: &Store, row: &RecordRow, expected: Version, operation: Operation) -> Result<(), WriteError> {
    let mut tx = store.db.begin_write().await?;
    record::replace(&mut tx, NewRow { row, keys: &IndexKeys::default() }, expected, operation).await?;
    Ok(tx.commit().await?)
}

for_each_database! {
    async fn a_record_is_read_as_it_was_written(store) {
        let kind = store.kind("thing").await;
        let row = RecordRow {
            subject: Some(RecordId(Uuid::from_u128(9))),
            province: Some("09.541".parse().unwrap()),
            author: Author {
                account: Some(AccountId(Uuid::from_u128(4))),
                plugin: Some("training".parse().unwrap()),
            },
            ..store.row(kind)
        };
        store.insert(&[(row.clone(), IndexKeys::default())]).await;
        assert_eq!(store.find(row.id).await, Some(row));
        assert_eq!(store.find(store.ambient.new_id()).await, None);
    }

    async fn many_records_go_in_together_each_with_its_change_in_order(store) {
        let kind = store.kind("thing").await;
        let rows: Vec<_> = (0..700).map(|number| (store.row(kind), unique(&number.to_string()))).collect();
        store.insert(&rows).await;
        store.db.sequence().await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        let changes = change::read_after(&mut tx, Seq::START, 1_000).await.unwrap();
        let changed: Vec<_> = changes.iter().map(|change| change.record).collect();
        let written: Vec<_> = rows.iter().map(|(row, _)| row.id).collect();
        assert_eq!(changed, written);
        assert!(changes.iter().all(|change| change.operation == Operation::Create && change.version == Version::FIRST));
        let found = record::find_many(&mut tx, &written).await.unwrap();
        assert_eq!(found.len(), 700);
    }

    async fn of_many_records_each_keeps_what_only_some_of_them_have(store) {
        let kind = store.kind("thing").await;
        let row = |number: i64| RecordRow {
            subject: (number % 3 == 1).then(|| RecordId(Uuid::from_u128(9))),
            province: (number == 511).then(|| "09.541".parse().unwrap()),
            author: Author { account: (number == 40).then(|| AccountId(Uuid::from_u128(4))), plugin: None },
            ..store.row(kind)
        };
        let keys = |number: i64| if number == 300 { unique("only") } else { IndexKeys::default() };
        let rows: Vec<_> = (0..600).map(|number| (row(number), keys(number))).collect();
        store.insert(&rows).await;
        store.db.sequence().await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        let ids: Vec<_> = rows.iter().map(|(row, _)| row.id).collect();
        let mut found = record::find_many(&mut tx, &ids).await.unwrap();
        found.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
        assert!(found.iter().eq(rows.iter().map(|(row, _)| row)));
        let changes = change::read_after(&mut tx, Seq::START, 1_000).await.unwrap();
        assert!(changes.iter().map(|change| &change.author).eq(rows.iter().map(|(row, _)| &row.author)));
        let one = record::find_unique_many(&mut tx, kind, 0, &["only".to_owned()]).await.unwrap();
        assert_eq!(one.into_iter().map(|(_, row)| row.id).collect::<Vec<_>>(), ids.get(300..301).unwrap());
    }

    async fn a_record_is_held_at_its_version_alone_and_does_not_change_by_it(store) {
        let kind = store.kind("thing").await;
        let row = store.insert_one(kind).await;
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(record::hold(&mut tx, row.id, Version::FIRST).await.unwrap());
        assert!(!record::hold(&mut tx, row.id, Version::FIRST.next()).await.unwrap());
        assert!(!record::hold(&mut tx, store.ambient.new_id(), Version::FIRST).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(store.find(row.id).await, Some(row.clone()));
        replace(store, &next(&row, "{}"), Version::FIRST, Operation::Replace).await.unwrap();
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(!record::hold(&mut tx, row.id, Version::FIRST).await.unwrap());
    }

    async fn a_unique_key_finds_its_record_in_its_kind_only(store) {
        let (kind, other) = (store.kind("thing").await, store.kind("other").await);
        let rows: Vec<_> = (0..300).map(|number| (store.row(kind), unique(&format!("k{number}")))).collect();
        store.insert(&rows).await;
        store.insert(&[(store.row(other), unique("k7"))]).await;
        let mut tx = store.db.read().await.unwrap();
        let found = record::find_unique(&mut tx, kind, 0, "k7").await.unwrap();
        assert_eq!(found.as_ref(), Some(&rows[7].0));
        assert_eq!(record::find_unique(&mut tx, kind, 1, "k7").await.unwrap(), None);
        let keys: Vec<String> = (290..310).map(|number| format!("k{number}")).collect();
        let mut found = record::find_unique_many(&mut tx, kind, 0, &keys).await.unwrap();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let expected: Vec<_> = (290..300).map(|number| (format!("k{number}"), rows[number].0.clone())).collect();
        assert_eq!(found, expected);
    }

    async fn a_sorted_key_finds_its_records_key_by_key_within_reach(store) {
        let (kind, other) = (store.kind("thing").await, store.kind("other").await);
        let row = |province: &str| RecordRow { province: Some(province.parse().unwrap()), ..store.row(kind) };
        let rows: Vec<_> = [("b", "09.541"), ("a", "09.541"), ("c", "09.541"), ("a", "01.051")]
            .map(|(key, province)| (row(province), sorted(key)))
            .to_vec();
        store.insert(&rows).await;
        store.insert(&[(store.row(other), sorted("a"))]).await;
        let keys = ["b", "a", "z"].map(str::to_owned).to_vec();
        let all = record::Sought { kind, slot: 0, keys, reach: None, rows_max: 10 };
        let find = async |sought: record::Sought| {
            let mut tx = store.db.read().await.unwrap();
            let found = record::find_sorted_many(&mut tx, &sought).await.unwrap();
            found.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        let [b, first, _, second] = [0, 1, 2, 3].map(|place: usize| rows[place].0.id);
        assert_eq!(find(all.clone()).await, [first, second, b]);
        assert_eq!(find(record::Sought { rows_max: 2, ..all.clone() }).await, [first, second]);
        let reach = Some(Reach { provinces: vec!["09.541".into()], subjects: Vec::new() });
        assert_eq!(find(record::Sought { reach, ..all.clone() }).await, [first, b]);
        assert!(find(record::Sought { reach: Some(Reach::default()), ..all.clone() }).await.is_empty());
        assert!(find(record::Sought { slot: 9, ..all.clone() }).await.is_empty());
        let gone = next(&rows[1].0, "{}");
        replace(store, &gone, Version::FIRST, Operation::Delete).await.unwrap();
        assert_eq!(find(all.clone()).await, [second, b]);
        // More keys than one statement asks for.
        let keys = (0..300).map(|number| format!("k{number}")).chain(["c".to_owned()]).collect();
        assert_eq!(find(record::Sought { keys, ..all }).await, [rows[2].0.id]);
    }

    async fn a_taken_key_is_refused_and_names_its_index(store) {
        let kind = store.kind("thing").await;
        let mut keys = IndexKeys::default();
        keys.unique[2] = Some("x".to_owned());
        let row = store.row(kind);
        store.insert(&[(row.clone(), keys.clone())]).await;
        let mut tx = store.db.begin_write().await.unwrap();
        let refused = record::insert(&mut tx, &[NewRow { row: &store.row(kind), keys: &keys }]).await;
        assert!(matches!(refused, Err(WriteError::Duplicate { slot: 2 })), "{refused:?}");
        drop(tx);
        let mut tx = store.db.begin_write().await.unwrap();
        let refused = record::insert(&mut tx, &[NewRow { row: &row, keys: &IndexKeys::default() }]).await;
        assert!(matches!(refused, Err(WriteError::Exists)), "{refused:?}");
        drop(tx);
        assert_eq!(store.db.sequence().await.unwrap(), Seq(1));
    }

    async fn a_replace_keeps_the_version_before(store) {
        let first = store.insert_one(store.kind("thing").await).await;
        let second = next(&first, "{\"v\":2}");
        replace(store, &second, Version(1), Operation::Replace).await.unwrap();
        let third = next(&second, "{\"v\":3}");
        replace(store, &third, Version(2), Operation::Replace).await.unwrap();
        let mut tx = store.db.read().await.unwrap();
        let all = record::versions(&mut tx, first.id, None, 10).await.unwrap();
        let expected = vec![
            (Operation::Replace, third.clone()),
            (Operation::Replace, second.clone()),
            (Operation::Create, first.clone()),
        ];
        assert_eq!(all, expected);
        let older = record::versions(&mut tx, first.id, Some(Version(3)), 1).await.unwrap();
        assert_eq!(older, [(Operation::Replace, second)]);
        assert_eq!(store.find(first.id).await, Some(third));
    }

    async fn a_stale_write_is_refused_and_logs_no_change(store) {
        let first = store.insert_one(store.kind("thing").await).await;
        let second = next(&first, "{}");
        replace(store, &second, Version(1), Operation::Replace).await.unwrap();
        let refused = replace(store, &second, Version(1), Operation::Replace).await;
        assert!(matches!(refused, Err(WriteError::Stale { found: Version(2) })), "{refused:?}");
        let missing = RecordRow { id: store.ambient.new_id(), ..second };
        let refused = replace(store, &missing, Version(1), Operation::Replace).await;
        assert!(matches!(refused, Err(WriteError::Missing)), "{refused:?}");
        assert_eq!(store.db.sequence().await.unwrap(), Seq(2));
        assert_eq!(record::versions(&mut store.db.read().await.unwrap(), first.id, None, 10).await.unwrap().len(), 2);
    }

    async fn a_deleted_record_is_a_tombstone_whose_key_is_free(store) {
        let kind = store.kind("thing").await;
        let row = store.row(kind);
        store.insert(&[(row.clone(), unique("k"))]).await;
        let mut tx = store.db.begin_write().await.unwrap();
        let gone = next(&row, "{\"still\":\"here\"}");
        let new = NewRow { row: &gone, keys: &unique("k") };
        record::replace(&mut tx, new, Version(1), Operation::Delete).await.unwrap();
        tx.commit().await.unwrap();
        let tombstone = store.find(row.id).await.unwrap();
        assert!(tombstone.deleted && tombstone.body == "{}" && tombstone.version == Version(2));
        let mut tx = store.db.read().await.unwrap();
        assert_eq!(record::find_unique(&mut tx, kind, 0, "k").await.unwrap(), None);
        let history = record::versions(&mut tx, row.id, None, 10).await.unwrap();
        assert_eq!(history.iter().map(|(operation, _)| *operation).collect::<Vec<_>>(), [
            Operation::Delete,
            Operation::Create
        ]);
        drop(tx);
        store.insert(&[(store.row(kind), unique("k"))]).await;
    }

    async fn of_writers_who_saw_the_same_version_one_wins(store) {
        let row = store.insert_one(store.kind("thing").await).await;
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..12 {
            let (db, new) = (store.db.clone(), next(&row, &format!("{{\"n\":{number}}}")));
            writers.spawn(async move {
                let mut tx = db.begin_write().await.unwrap();
                let new = NewRow { row: &new, keys: &IndexKeys::default() };
                match record::replace(&mut tx, new, Version(1), Operation::Replace).await {
                    Ok(()) => tx.commit().await.map(|()| true).unwrap(),
                    Err(WriteError::Stale { found: Version(2) }) => false,
                    Err(error) => panic!("{error:?}"),
                }
            });
        }
        let won = writers.join_all().await.into_iter().filter(|won| *won).count();
        assert_eq!(won, 1);
        assert_eq!(store.db.sequence().await.unwrap(), Seq(2));
    }
}
