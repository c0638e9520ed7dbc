//! Agreements and their versions.

use tiwizi_model::Instant;
use tiwizi_storage::federation::agreement::{self, AgreementNo, AgreementRow, AgreementVersionRow, Keeping};

use super::{an_agreement, bytes, read, written};
use crate::storage::for_each_database;

fn a_version(agreement: AgreementNo, version: u64) -> AgreementVersionRow {
    AgreementVersionRow {
        agreement,
        version,
        envelope: vec![9; 500],
        state: "offered".to_owned(),
        made_at: Instant(5),
        changed_at: Instant(5),
    }
}

for_each_database! {
    async fn an_agreement_has_one_number_under_its_id(store) {
        let no = an_agreement(store, "a-1").await;
        assert_ne!(no, AgreementNo::NONE);
        assert_eq!(an_agreement(store, "a-1").await, no);
        let other = an_agreement(store, "a-2").await;
        let row = AgreementRow {
            no, id: "a-1".to_owned(), holder: bytes(1), receiver: bytes(2), state: "drafted".to_owned(), version: 0,
            expires_at: None, changed_at: Instant(5),
        };
        assert_eq!(read!(store, tx => agreement::by_id(&mut tx, "a-1")), Some(row.clone()));
        assert_eq!(read!(store, tx => agreement::by_id(&mut tx, "a-3")), None);
        assert_eq!(read!(store, tx => agreement::find(&mut tx, no)), Some(row));
        let all = read!(store, tx => agreement::all(&mut tx));
        assert_eq!(all.iter().map(|row| row.no).collect::<Vec<_>>(), [no, other]);
    }

    async fn an_agreement_is_kept_as_it_stands_and_its_version_never_goes_back(store) {
        let (one, two) = (bytes(1), bytes(2));
        let keeping = |version, current| Keeping {
            id: "b-2", sides: [&one, &two], state: "active", version, expires_at: Some(Instant(90)), current, next: None,
            envelope: Some(&[7; 40]), at: Instant(5),
        };
        let no = written!(store, tx => agreement::keep(&mut tx, keeping(2, Some("two")))).unwrap();
        assert_eq!(written!(store, tx => agreement::keep(&mut tx, keeping(1, Some("one")))), None);
        assert_eq!(written!(store, tx => agreement::keep(&mut tx, keeping(2, Some("two again")))), Some(no));
        let first = an_agreement(store, "a-1").await;
        let kept = read!(store, tx => agreement::kept(&mut tx, "b-2")).unwrap();
        assert_eq!((kept.no, kept.current.as_deref(), kept.envelope.as_deref()), (no, Some("two again"), Some(&[7_u8; 40][..])));
        let all = read!(store, tx => agreement::all_kept(&mut tx));
        assert_eq!(all.iter().map(|row| (row.no, row.id.as_str())).collect::<Vec<_>>(), [(first, "a-1"), (no, "b-2")]);
        assert_eq!(read!(store, tx => agreement::kept(&mut tx, "c-3")), None);
        assert_eq!(read!(store, tx => agreement::numbers(&mut tx)).len(), 2);
        for state in ["offered", "signed"] {
            let row = AgreementVersionRow { state: state.to_owned(), ..a_version(no, 2) };
            written!(store, tx => agreement::keep_version(&mut tx, &row));
            assert_eq!(read!(store, tx => agreement::version(&mut tx, no, 2)), Some(row));
        }
        assert_eq!(read!(store, tx => agreement::version(&mut tx, no, 3)), None);
        let mut tx = store.db.begin_write().await.unwrap();
        assert!(agreement::keep_version(&mut tx, &a_version(AgreementNo(no.0 + 99), 1)).await.is_err());
    }
}
