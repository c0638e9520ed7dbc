//! Imports of good, wrong and broken files.

use serde_json::{Value, json};
use tiwizi_identity::Caller;
use tiwizi_model::RecordId;
use tiwizi_records::Draft;

use super::*;
use crate::readers::{self, By, Measure};
use crate::synthetic;
use crate::testing::Register;

const COOPERATIVES: &str = "\
court,number,name_fr,ice,sector,province,capital_mad,registered_on
Taroudannt,1/2019,Tifaouine,001561191000066,argan,09.541,12000,2019-02-01
Taroudannt,2/2019,Al Amal,002136093000040,crafts,09.541,,
";

const MEMBERS: &str = "\
court;number;member_number;name_ar;gender;birth_date;national_id;joined_on;shares
Taroudannt;1/2019;1;فاطمة العلوي;female;1995-05-01;JA 111111;2019-02-01;3
Taroudannt;1/2019;2;محمد الناصري;male;1970-01-01;;2019-02-01;1
Taroudannt;2/2019;1;فاطمة العلوي;F;1995-05-01;ja111111;;
";

fn counts(created: u64, updated: u64, unchanged: u64, rejected: u64) -> Counts {
    Counts { created, updated, unchanged, rejected }
}

/// Imports one file of cooperatives and tells row, column and code of every fault.
async fn faults(register: &Register, file: impl AsRef<[u8]>) -> Vec<(u64, String, &'static str)> {
    let path = register.file("faulty.csv", file);
    let summary = register.import(&register.settings(&path, None)).await;
    assert!(!summary.kept || summary.rejected.is_empty());
    summary.rejected.into_iter().map(|fault| (fault.row, fault.column, fault.code)).collect()
}

#[tokio::test]
async fn two_files_become_cooperatives_persons_and_memberships() {
    let register = Register::new().await;
    let (cooperatives, members) = (register.file("c.csv", COOPERATIVES), register.file("m.csv", MEMBERS));
    let summary = register.import(&register.settings(&cooperatives, Some(&members))).await;
    assert_eq!((summary.cooperatives, summary.members), (counts(2, 0, 0, 0), counts(3, 0, 0, 0)));
    assert!(summary.kept);
    let stored = register.all(&register.names.cooperative).await;
    assert_eq!(
        stored[0],
        json!({
            "court": "Taroudannt", "number": "1/2019", "name_fr": "Tifaouine", "ice": "001561191000066", "sector": "argan",
            "province": "09.541", "capital_mad": 12000, "registered_on": "2019-02-01", "status": "registered"
        })
    );
    let memberships = register.all(&register.names.membership).await;
    assert_eq!(memberships.len(), 3);
    assert_eq!(
        (
            &memberships[0]["province"],
            &memberships[0]["sector"],
            &memberships[0]["birth_year"],
            &memberships[0]["shares"]
        ),
        (&json!("09.541"), &json!("argan"), &json!(1995), &json!(3))
    );
    let totals = readers::Totals { cooperatives: 2, members: 3, women: 2, youth: 2 };
    assert_eq!(register.totals().await, totals);
}

#[tokio::test]
async fn one_identity_card_is_one_person_and_its_number_is_not_stored() {
    let register = Register::new().await;
    let (cooperatives, members) = (register.file("c.csv", COOPERATIVES), register.file("m.csv", MEMBERS));
    register.import(&register.settings(&cooperatives, Some(&members))).await;
    let persons = register.all(&register.names.person).await;
    let memberships = register.all(&register.names.membership).await;
    assert_eq!(persons.len(), 2);
    assert_eq!(memberships[0]["person"], memberships[2]["person"]);
    assert_eq!(persons.iter().filter(|person| person.get("national_id_key").is_some()).count(), 1);
    assert!(!format!("{persons:?}{memberships:?}").contains("111111"));
}

#[tokio::test]
async fn the_same_files_again_change_nothing() {
    let register = Register::new().await;
    let (cooperatives, members) = (register.file("c.csv", COOPERATIVES), register.file("m.csv", MEMBERS));
    let settings = register.settings(&cooperatives, Some(&members));
    register.import(&settings).await;
    let before = register.changes().await;
    let summary = register.import(&settings).await;
    assert_eq!((summary.cooperatives, summary.members), (counts(0, 0, 2, 0), counts(0, 0, 3, 0)));
    assert_eq!(register.changes().await, before);
}

#[tokio::test]
async fn a_changed_file_updates_what_it_has_columns_for_and_moves_the_members_along() {
    let register = Register::new().await;
    let (cooperatives, members) = (register.file("c.csv", COOPERATIVES), register.file("m.csv", MEMBERS));
    register.import(&register.settings(&cooperatives, Some(&members))).await;
    register.totals().await;
    let moved = "court\tnumber\tsector\tprovince\tname_fr\nTaroudannt\t1/2019\tcrafts\tTiznit\tTifaouine\n";
    let moved = register.file("moved.csv", moved);
    let summary = register.import(&register.settings(&moved, None)).await;
    assert_eq!(summary.cooperatives, counts(0, 1, 0, 0));
    let stored = register.all(&register.names.cooperative).await;
    assert_eq!((&stored[0]["province"], &stored[0]["ice"]), (&json!("09.581"), &json!("001561191000066")));
    register.totals().await;
    let counts = |measure, by| {
        readers::counts(register.records.db(), readers::Counted::Own, (measure, by), register.records.ambient().now())
    };
    let by_province = counts(Measure::Members, By::Province).await.unwrap();
    assert_eq!(by_province, [("09.541".to_owned(), 1), ("09.581".to_owned(), 2)]);
    assert_eq!(counts(Measure::Members, By::Sector).await.unwrap(), [("crafts".to_owned(), 3)]);
    assert_eq!(counts(Measure::Cooperatives, By::Sector).await.unwrap(), [("crafts".to_owned(), 2)]);
}

#[tokio::test]
async fn a_member_who_lies_elsewhere_does_not_go_with_a_cooperative_that_an_import_moves() {
    let register = Register::new().await;
    let (cooperatives, members) = (register.file("c.csv", COOPERATIVES), register.file("m.csv", MEMBERS));
    register.import(&register.settings(&cooperatives, Some(&members))).await;
    let memberships = register.all(&register.names.membership).await;
    let of_first = memberships[0]["cooperative"].clone();
    let members: Vec<RecordId> = memberships
        .iter()
        .filter(|membership| membership["cooperative"] == of_first)
        .map(|membership| membership["person"].as_str().unwrap().parse().unwrap())
        .collect();
    let [stays, goes] = members.as_slice() else { panic!("{members:?}") };
    let away = Draft::patch(register.names.person.clone(), *stays, json!({ "province": "01.051" }), None);
    register.records.submit(&Caller::system(), vec![away], None).await.unwrap();
    let moved = register
        .file("moved.csv", "court\tnumber\tsector\tprovince\tname_fr\nTaroudannt\t1/2019\tcrafts\tTiznit\tTifaouine\n");
    assert_eq!(register.import(&register.settings(&moved, None)).await.cooperatives, counts(0, 1, 0, 0));
    let permit = register.records.may_read(&Caller::system(), &register.names.person).unwrap();
    for (id, province) in [(*stays, "01.051"), (*goes, "09.581")] {
        let person = register.records.read(&permit, id).await.unwrap().unwrap();
        assert_eq!(person.body["province"], province);
    }
    // What they are members of moves: it belongs to the cooperative.
    let memberships = register.all(&register.names.membership).await;
    let places = memberships.iter().filter(|membership| membership["cooperative"] == of_first);
    assert!(places.map(|membership| &membership["province"]).all(|province| province == "09.581"));
}

#[tokio::test]
async fn an_empty_cell_empties_the_field_and_a_member_who_left_counts_no_more() {
    let register = Register::new().await;
    let (cooperatives, members) = (register.file("c.csv", COOPERATIVES), register.file("m.csv", MEMBERS));
    register.import(&register.settings(&cooperatives, Some(&members))).await;
    let left = "court,number,member_number,name_ar,left_on,shares\nTaroudannt,1/2019,1,فاطمة العلوي,2024-01-01,\n";
    let left = register.file("left.csv", left);
    let summary = register.import(&register.settings(&cooperatives, Some(&left))).await;
    assert_eq!((summary.cooperatives, summary.members), (counts(0, 0, 2, 0), counts(0, 1, 0, 0)));
    let membership = &register.all(&register.names.membership).await[0];
    assert_eq!((&membership["left_on"], membership.get("shares")), (&json!("2024-01-01"), None));
    let totals = readers::Totals { cooperatives: 2, members: 2, women: 1, youth: 1 };
    assert_eq!(register.totals().await, totals);
}

#[tokio::test]
async fn each_wrong_value_is_reported_with_row_column_and_code() {
    let register = Register::new().await;
    let header = "court,number,name_fr,ice,sector,province,registered_on,founded_on,capital_mad\n";
    for (row, column, code) in [
        ("C,1,N,001561191000065,argan,09.541,,,", "ice", "ice"),
        ("C,1,N,12,argan,09.541,,,", "ice", "ice"),
        ("C,1,N,,argan,09.999,,,", "province", "province"),
        ("C,1,N,,space,09.541,,,", "sector", "sector"),
        ("C,1,N,,argan,,,,", "province", "required"),
        ("C,,N,,argan,09.541,,,", "number", "required"),
        ("C,1,,,argan,09.541,,,", "name_fr", "required"),
        ("C,1,N,,argan,09.541,2019-02-30,,", "registered_on", "date"),
        ("C,1,N,,argan,09.541,01/02/2019,,", "registered_on", "date-order"),
        ("C,1,N,,argan,09.541,31/02/2019,,", "registered_on", "date"),
        ("C,1,N,,argan,09.541,2031-01-01,,", "registered_on", "future"),
        ("C,1,N,,argan,09.541,2019-01-01,2020-01-01,", "founded_on", "order"),
        ("C,1,N,,argan,09.541,,,\"1,000\"", "capital_mad", "number"),
        ("C,1,a\0b,,argan,09.541,,,", "name_fr", "nul"),
        ("C,1,N,,argan,09.541", "", "columns"),
        ("C,1,N,,argan,09.541,,,,,", "", "columns"),
        ("C,1,\"N,,argan,09.541,,,", "", "quote"),
    ] {
        assert_eq!(faults(&register, format!("{header}{row}\n")).await, [(2, column.to_owned(), code)], "{row:?}");
    }
    let utf8 = "C,1,Coopérative,,argan,09.541,,,\n".as_bytes();
    let latin = [header.as_bytes(), utf8, b"C,2,Coop\xe9rative,,argan,09.541,,,\n"].concat();
    assert_eq!(faults(&register, latin).await, [(3, "name_fr".to_owned(), "encoding")]);
    assert_eq!(register.changes().await, 0);
}

#[tokio::test]
async fn a_key_that_is_there_twice_is_reported_once() {
    let register = Register::new().await;
    let header = "court,number,name_fr,ice,sector,province\n";
    let rows = "C,1,A,,argan,09.541\nC,1,B,,argan,09.541\nC,2,A,001561191000066,argan,09.541\nC,3,B,001561191000066,argan,09.541\n";
    let expected = [(3, "number".to_owned(), "duplicate-in-file"), (5, "ice".to_owned(), "duplicate-in-file")];
    assert_eq!(faults(&register, format!("{header}{rows}")).await, expected);
    faults(&register, format!("{header}C,2,A,001561191000066,argan,09.541\n")).await;
    let again = faults(&register, format!("{header}D,9,A,001561191000066,argan,09.541\n")).await;
    assert_eq!(again, [(2, "ice".to_owned(), "duplicate")]);
}

#[tokio::test]
async fn a_gigantic_line_is_one_rejected_row() {
    let register = Register::new().await;
    let header = "court,number,name_fr,sector,province\n";
    let file = format!("{header}C,1,{},argan,09.541\nC,2,N,argan,09.541\n", "x".repeat(32 << 20));
    let path = register.file("c.csv", file);
    let settings = Settings { skip_bad: true, ..register.settings(&path, None) };
    let summary = register.import(&settings).await;
    assert_eq!(summary.cooperatives, counts(1, 0, 0, 1));
    assert_eq!((summary.rejected[0].row, summary.rejected[0].code), (2, "row-too-long"));
}

#[tokio::test]
async fn by_default_nothing_is_kept_when_one_row_of_either_file_is_wrong() {
    let register = Register::new().await;
    let cooperatives = register.file("c.csv", COOPERATIVES);
    let members = register.file("m.csv", format!("{MEMBERS}Taroudannt;9/2019;1;سعيد;male;;;;\n"));
    let report = register.folder.path().join("report.csv");
    let settings = Settings { report: Some(report.clone()), ..register.settings(&cooperatives, Some(&members)) };
    let summary = register.import(&settings).await;
    assert_eq!((summary.cooperatives, summary.members), (counts(0, 0, 0, 0), counts(0, 0, 0, 1)));
    assert!(!summary.kept);
    assert_eq!(register.changes().await, 0);
    let report = std::fs::read_to_string(report).unwrap();
    assert_eq!(
        report,
        "file,row,column,value,code,message\nmembers,5,number,9/2019,no-cooperative,no cooperative has this court and number\n"
    );
    let summary = register.import(&Settings { skip_bad: true, ..settings }).await;
    assert_eq!((summary.cooperatives, summary.members), (counts(2, 0, 0, 0), counts(3, 0, 0, 1)));
}

#[tokio::test]
async fn members_of_a_rejected_cooperative_are_not_called_orphans() {
    let register = Register::new().await;
    let cooperatives = register.file("c.csv", COOPERATIVES.replace("001561191000066", "001561191000065"));
    let members = register.file("m.csv", MEMBERS);
    let settings = Settings { skip_bad: true, ..register.settings(&cooperatives, Some(&members)) };
    let summary = register.import(&settings).await;
    assert_eq!((summary.cooperatives, summary.members), (counts(1, 0, 0, 1), counts(1, 0, 0, 2)));
    assert!(summary.rejected.iter().any(|fault| fault.code == "cooperative-rejected"));
}

#[tokio::test]
async fn a_dry_run_says_what_would_change_and_writes_nothing() {
    let register = Register::new().await;
    let (cooperatives, members) = (register.file("c.csv", COOPERATIVES), register.file("m.csv", MEMBERS));
    let settings = register.settings(&cooperatives, Some(&members));
    let dry = Settings { dry_run: true, ..settings.clone() };
    let summary = register.import(&dry).await;
    assert_eq!((summary.cooperatives, summary.members), (counts(2, 0, 0, 0), counts(3, 0, 0, 0)));
    assert!(!summary.kept);
    assert_eq!(register.changes().await, 0);
    register.import(&settings).await;
    let changed = register.file("m.csv", MEMBERS.replace(";2019-02-01;1", ";2019-02-01;2"));
    let summary = register.import(&Settings { members: Some(changed), ..dry }).await;
    assert_eq!((summary.cooperatives, summary.members), (counts(0, 0, 2, 0), counts(0, 1, 2, 0)));
}

#[tokio::test]
async fn files_and_headers_that_are_not_understood_are_refused_with_a_reason() {
    let register = Register::new().await;
    for (file, part) in [
        (b"\xff\xfec\0o\0u\0".to_vec(), "not understood"),
        (b"c\0\0o,number\n".to_vec(), "zeros"),
        (b"PK\x03\x04rest".to_vec(), "is not read"),
        (b"\xd0\xcf\x11\xe0rest".to_vec(), "XLS"),
        (b"court,num\x8ero\n".to_vec(), "not certain"),
        (b"court,num\xe9ro\n".to_vec(), "not understood"),
        (b"court,number,court\n".to_vec(), "not understood"),
        (b"court,number,colour\n".to_vec(), "not understood"),
        (b"".to_vec(), "not understood"),
    ] {
        let path = register.file("c.csv", file);
        let settings = register.settings(&path, None);
        let error = run(&register.records, &tiwizi_identity::Caller::system(), &settings, |_| {}).await.unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_and_french_names_are_understood() {
    let register = Register::new().await;
    let file = "\u{feff}Tribunal;N°;Secteur;Province;Nom (français);Statut\r\nTata;7;Artisanat;Tata;Ifri;Radiée\r\n";
    assert_eq!(faults(&register, file).await, []);
    let stored = register.all(&register.names.cooperative).await;
    let expected = json!({
        "court": "Tata", "number": "7", "sector": "crafts", "province": "09.551", "name_fr": "Ifri", "status": "struck_off"
    });
    assert_eq!(stored, [expected]);
    assert_eq!(register.totals().await.cooperatives, 0);
}

#[tokio::test]
async fn the_synthetic_register_is_imported_whole_and_counted() {
    let register = Register::new().await;
    let settings = synthetic::Settings { one_in: 500, ..synthetic::Settings::default() };
    let made = synthetic::write(register.folder.path(), settings).unwrap();
    let mut seen = Vec::new();
    let settings = register.settings(&made.cooperatives, Some(&made.members));
    let caller = tiwizi_identity::Caller::system();
    let summary = run(&register.records, &caller, &settings, |progress| seen.push(progress)).await.unwrap();
    let (cooperatives, members) = (u64::from(made.totals.cooperatives), u64::from(made.totals.members));
    assert_eq!(
        (summary.cooperatives, summary.members),
        (counts(cooperatives, 0, 0, 0), counts(members, 0, 0, 0)),
        "{:?}",
        summary.rejected
    );
    let last = seen.last().unwrap();
    assert_eq!((last.rows_done, last.bytes_done), (cooperatives + members, last.bytes_total));
    assert!(seen.iter().any(|progress| !progress.writing) && last.writing);
    let totals = register.totals().await;
    let expected = [made.totals.cooperatives, made.totals.members, made.totals.women, made.totals.youth];
    assert_eq!([totals.cooperatives, totals.members, totals.women, totals.youth], expected.map(i64::from));
}

#[tokio::test]
async fn a_row_at_every_limit_is_accepted_by_the_kind_too() {
    let register = Register::new().await;
    let (court, name) = ("ح".repeat(100), "ⵣ".repeat(160));
    let (number, commune, address, email) = ("9".repeat(40), "c".repeat(120), "a".repeat(300), "e".repeat(254));
    let cooperatives = format!(
        "court,number,name_ar,name_fr,name_zgh,sector,branch,province,commune,address,phone,email,capital_mad,category\n\
         {court},{number},{name},{name},{name},argan,oil,09.541,{commune},{address},{number},{email},1000000000000,abc\n"
    );
    let members = format!(
        "court,number,member_number,name_ar,name_fr,birth_date,role,shares,share_value_mad,national_id\n\
         {court},{number},{number},{name},{name},1880-01-01,vice-president,1000000000,\"1000000000,00\",{}\n",
        "A".repeat(24)
    );
    let (cooperatives, members) = (register.file("c.csv", cooperatives), register.file("m.csv", members));
    let summary = register.import(&register.settings(&cooperatives, Some(&members))).await;
    assert_eq!((summary.cooperatives, summary.members), (counts(1, 0, 0, 0), counts(1, 0, 0, 0)), "{summary:?}");
}

#[tokio::test]
async fn two_persons_of_one_batch_with_one_identity_card_become_one_also_later() {
    let register = Register::new().await;
    let cooperatives = register.file("c.csv", COOPERATIVES);
    let header = "court,number,member_number,name_fr,national_id,role\n";
    let first = register.file("m1.csv", format!("{header}Taroudannt,1/2019,1,A B,JA1234,member\n"));
    register.import(&register.settings(&cooperatives, Some(&first))).await;
    let both = "Taroudannt,2/2019,7,A B,ja 1234,member\nTaroudannt,1/2019,1,A B,JA1234,president\n";
    let both = register.file("m2.csv", format!("{header}{both}"));
    let summary = register.import(&register.settings(&cooperatives, Some(&both))).await;
    assert_eq!(summary.members, counts(1, 1, 0, 0));
    assert_eq!(register.all(&register.names.person).await.len(), 1);
}

/// A union of a cooperative of the register, of one of another register, and of a company.
#[tokio::test]
async fn legal_persons_are_members_and_cooperatives_of_the_register_are_told_by_their_ice() {
    let register = Register::new().await;
    let cooperatives = register.file(
        "c.csv",
        "court,number,name_fr,sector,province,ice,entity\n\
         Taroudannt,1/2019,Tifaouine,argan,09.541,001561191000066,\n\
         Taroudannt,2/2019,Union des arganeraies,argan,09.541,,union de coopératives\n",
    );
    let members = register.file(
        "m.csv",
        "court,number,member_number,name_fr,forme juridique,ice,shares,share_value_mad,montant libéré,gender,national_id\n\
         Taroudannt,2/2019,1,Tifaouine,coopérative,001561191000066,10,100,500,,\n\
         Taroudannt,2/2019,2,Arganier SARL,société,002136093000040,5,100,500,,\n\
         Taroudannt,1/2019,1,Arganier SARL,company,002136093000040,1,100,,,\n\
         Taroudannt,1/2019,2,Fadma,,,1,100,,female,JA 123456\n",
    );
    let settings = register.settings(&cooperatives, Some(&members));
    let summary = register.import(&settings).await;
    assert_eq!((summary.members, summary.rejected.as_slice()), (counts(4, 0, 0, 0), [].as_slice()));
    let legal = register.all(&register.names.legal_person).await;
    assert_eq!(legal.len(), 1, "one company in two cooperatives is one");
    assert_eq!((&legal[0]["form"], &legal[0]["ice"]), (&json!("company"), &json!("002136093000040")));
    let memberships = register.all(&register.names.membership).await;
    let fields = |field: &str| memberships.iter().filter(|membership| membership.get(field).is_some()).count();
    assert_eq!((fields("member_cooperative"), fields("legal_person"), fields("person")), (1, 2, 1));
    assert_eq!(fields("paid_mad"), 2);
    let unions: Vec<Value> = register.all(&register.names.cooperative).await;
    assert_eq!(unions.iter().filter(|body| body.get("entity").is_some()).count(), 1);
    assert_eq!(register.import(&settings).await.members, counts(0, 0, 4, 0));
}

#[tokio::test]
async fn a_row_that_does_not_go_with_what_the_file_leaves_out_is_rejected_by_itself() {
    let register = Register::new().await;
    let cooperatives = register.file(
        "c.csv",
        "court,number,name_fr,sector,branch,province,registered_on\nA,1,Tifaouine,argan,oil,09.541,2019-02-01\n\
         A,2,Al Amal,crafts,,09.541,\n",
    );
    let members = register
        .file("m.csv", "court,number,member_number,name_fr,joined_on\nA,1,1,Fadma,2020-01-01\nA,1,2,Ijja,2020-01-01\n");
    register.import(&register.settings(&cooperatives, Some(&members))).await;
    let before = register.changes().await;
    let sectors = "court,number,name_fr,sector,province\nA,1,Tifaouine,crafts,09.541\nA,2,Al Amal,argan,09.541\n";
    let sectors = register.file("sectors.csv", sectors);
    let left = "court,number,member_number,name_fr,left_on\nA,1,1,Fadma,2019-01-01\nA,1,2,Ijja,2021-01-01\n";
    let left = register.file("left.csv", left);
    for (settings, column, code) in [
        (register.settings(&sectors, None), "branch", "branch"),
        (Settings { cooperatives: None, ..register.settings(&sectors, Some(&left)) }, "left_on", "order"),
    ] {
        let whole = register.import(&settings).await;
        let found: Vec<_> = whole.rejected.iter().map(|fault| (fault.row, &*fault.column, fault.code)).collect();
        assert_eq!((found, whole.kept), (vec![(2, column, code)], false));
        assert_eq!(register.changes().await, before, "a file with a wrong row was kept in part");
    }
    let partly = register.import(&Settings { skip_bad: true, ..register.settings(&sectors, None) }).await;
    assert_eq!(partly.cooperatives, counts(0, 1, 0, 1));
}

#[tokio::test]
async fn a_cooperative_among_its_own_members_holds_the_whole_file_back() {
    let register = Register::new().await;
    let cooperatives = register.file("c.csv", COOPERATIVES);
    let members = register.file(
        "m.csv",
        "court,number,member_number,name_fr,legal_form,ice\n\
         Taroudannt,1/2019,1,Fadma,,\n\
         Taroudannt,1/2019,2,Tifaouine,cooperative,001561191000066\n",
    );
    let settings = register.settings(&cooperatives, Some(&members));
    for (skip_bad, created) in [(false, 0), (true, 1)] {
        let summary = register.import(&Settings { skip_bad, ..settings.clone() }).await;
        assert_eq!((summary.kept, summary.members.created, summary.members.rejected), (skip_bad, created, 1));
        assert_eq!((summary.rejected[0].row, summary.rejected[0].code), (3, "own-member"));
        assert_eq!(register.all(&register.names.membership).await.len(), usize::try_from(created).unwrap());
    }
}

#[tokio::test]
async fn a_legal_person_has_no_card_and_a_natural_one_no_ice() {
    let register = Register::new().await;
    let cooperatives = register.file("c.csv", "court,number,name_fr,sector,province\nA,1,Tifaouine,argan,09.541\n");
    let members = register.file(
        "m.csv",
        "court,number,member_number,name_fr,legal_form,ice,gender,national_id\n\
         A,1,1,Arganier SARL,company,,female,JA123456\n\
         A,1,2,Fadma,,001561191000066,,\n\
         A,1,3,Ijja,planet,,,\n\
         A,1,4,Arganier SA,company,,,JA\0 123456\n",
    );
    let summary = register.import(&register.settings(&cooperatives, Some(&members))).await;
    let found: Vec<(u64, &str, &str)> =
        summary.rejected.iter().map(|fault| (fault.row, fault.column.as_str(), fault.code)).collect();
    assert_eq!(
        found,
        [
            (2, "gender", "legal-person"),
            (2, "national_id", "legal-person"),
            (3, "ice", "no-legal-form"),
            (4, "legal_form", "legal-form"),
            // Told once, though it is looked at for two reasons.
            (5, "national_id", "nul"),
        ]
    );
    assert!(summary.rejected.iter().all(|fault| !fault.value.contains("123456")));
}

#[tokio::test]
async fn a_number_of_an_identity_card_is_sealed_once_and_for_all() {
    let register = Register::new().await;
    let cooperatives = register.file("c.csv", "court,number,name_fr,sector,province\nA,1,Tifaouine,argan,09.541\n");
    let members = register.file("m.csv", "court,number,member_number,name_fr,national_id\nA,1,1,Fadma,JA 123456\n");
    let settings = register.settings(&cooperatives, Some(&members));
    register.import(&settings).await;
    let permit = register.records.may_read(&Caller::system(), &register.names.person).unwrap();
    let page = register.records.list(&permit, &tiwizi_records::Query::default()).await.unwrap();
    let person = &page.items[0];
    let sealed = person.body["national_id_sealed"].as_str().unwrap();
    assert_eq!(Register::key().open(person.id, sealed).unwrap().reveal(), "JA123456");
    let before = register.changes().await;
    register.import(&settings).await;
    assert_eq!(register.changes().await, before);
}
