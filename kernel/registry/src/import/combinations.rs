//! Both files, in every way in which they are written: tried, refused whole, kept in part, and imported twice.

use std::path::Path;

use rust_xlsxwriter::Workbook;
use serde_json::json;

use super::*;
use crate::testing::Register;

/// The two files as text with semicolons: two good rows each, and one more that is wrong.
struct Files {
    cooperatives: &'static str,
    wrong_cooperative: &'static str,
    members: &'static str,
    wrong_member: &'static str,
}

const ARABIC: Files = Files {
    cooperatives: "المحكمة;الرقم;الاسم بالعربية;الاسم بالفرنسية;القطاع;الإقليم\n\
                   تارودانت;12/2019;تعاونية النور لإنتاج زيت الأركان;Coopérative An-Nour;argan;تارودانت\n\
                   تارودانت;13/2019;تعاونية الأمل للنسيج والصباغة;Coopérative Al Amal;crafts;تارودانت\n",
    wrong_cooperative: "تارودانت;14/2019;تعاونية البحر للصيد التقليدي;Coopérative Al Bahr;space;تارودانت\n",
    members: "المحكمة;الرقم;رقم العضو;الاسم بالعربية;الجنس;تاريخ الازدياد;الحصص\n\
              تارودانت;12/2019;1;فاطمة العلوي;female;1995-05-01;3\n\
              تارودانت;13/2019;1;محمد الناصري;male;1970-01-01;1\n",
    wrong_member: "تارودانت;12/2019;3;سعيد المنصوري;nobody;1980-01-01;1\n",
};

const FRENCH: Files = Files {
    cooperatives: "Tribunal;Numéro;Nom (français);Secteur;Préfecture\n\
                   Béni Mellal;7/2020;École des tisserandes à Béni Mellal;Artisanat;Béni Mellal\n\
                   Béni Mellal;8/2020;Société des éleveurs de la région;Agriculture;Béni Mellal\n",
    wrong_cooperative: "Béni Mellal;9/2020;Pêcheurs de Béni Mellal;Espace;Béni Mellal\n",
    members: "Tribunal;Numéro;Numéro de membre;Nom (français);Sexe;Date de naissance;Parts\n\
              Béni Mellal;7/2020;1;Rkia née Hachémi;female;1995-05-01;3\n\
              Béni Mellal;8/2020;1;Moha Réda;male;1970-01-01;1\n",
    wrong_member: "Béni Mellal;7/2020;3;Saïd Idrissi;nobody;1980-01-01;1\n",
};

const ENGLISH: Files = Files {
    cooperatives: "court;number;name_fr;name_ar;sector;province\n\
                   Tata;1;Ifri;إفري;argan;09.551\n\
                   Tata;2;Tafoukt;تافوكت;crafts;09.551\n",
    wrong_cooperative: "Tata;3;Ayyur;أيور;space;09.551\n",
    members: "court;number;member_number;name_ar;gender;birth_date;shares\n\
              Tata;1;1;فاطمة العلوي;female;1995-05-01;3\n\
              Tata;2;1;محمد الناصري;male;1970-01-01;1\n",
    wrong_member: "Tata;1;3;سعيد المنصوري;nobody;1980-01-01;1\n",
};

/// A way of writing a file: what the report calls it, and what the bytes of a text with semicolons are.
type Way = (&'static str, &'static Files, Write);

type Write = fn(&str) -> Vec<u8>;

/// As text and as a spreadsheet.
const TWO: [Write; 2] = [|text| text.as_bytes().to_vec(), spreadsheet];

const WAYS: [Way; 13] = [
    ("CSV, utf-8, comma", &ENGLISH, |text| text.replace(';', ",").into_bytes()),
    ("CSV, utf-8, semicolon", &ENGLISH, |text| text.as_bytes().to_vec()),
    ("CSV, utf-8, tab", &ARABIC, |text| text.replace(';', "\t").into_bytes()),
    ("CSV, utf-8 with a byte order mark, semicolon", &FRENCH, |text| format!("\u{feff}{text}").into_bytes()),
    ("CSV, utf-8 with a byte order mark, comma", &ARABIC, |text| {
        format!("\u{feff}{}", text.replace(';', ",")).into_bytes()
    }),
    ("CSV, utf-16le with a byte order mark, semicolon", &ARABIC, |text| low_first(&format!("\u{feff}{text}"))),
    ("CSV, utf-16be with a byte order mark, semicolon", &FRENCH, |text| high_first(&format!("\u{feff}{text}"))),
    ("CSV, utf-16le, tab", &ARABIC, |text| low_first(&text.replace(';', "\t"))),
    ("CSV, utf-16be, semicolon", &ARABIC, high_first),
    ("CSV, windows-1256, semicolon", &ARABIC, |text| encoding_rs::WINDOWS_1256.encode(text).0.into_owned()),
    ("CSV, windows-1252, semicolon", &FRENCH, |text| encoding_rs::WINDOWS_1252.encode(text).0.into_owned()),
    ("XLSX", &ARABIC, spreadsheet),
    ("XLSX", &FRENCH, spreadsheet),
];

fn low_first(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn high_first(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn spreadsheet(text: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0_u32..).zip(text.lines()) {
        for (column, cell) in (0_u16..).zip(line.split(';')) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

fn counts(created: u64, unchanged: u64, rejected: u64) -> Counts {
    Counts { created, unchanged, rejected, ..Counts::default() }
}

/// One way of writing, with a register of its own.
struct Trial {
    register: Register,
    described: &'static str,
    good: [PathBuf; 2],
    wrong: [PathBuf; 2],
}

impl Trial {
    async fn of((described, files, write): Way) -> Self {
        let register = Register::new().await;
        let file = |name: &str, text: &str, more: &str| register.file(name, write(&format!("{text}{more}")));
        let good = [file("c", files.cooperatives, ""), file("m", files.members, "")];
        let wrong = [
            file("wrong-c", files.cooperatives, files.wrong_cooperative),
            file("wrong-m", files.members, files.wrong_member),
        ];
        Self { register, described, good, wrong }
    }

    fn settings(&self, cooperatives: &Path, members: &Path) -> Settings {
        self.register.settings(cooperatives, Some(members))
    }

    /// A dry run says what would come in, and writes nothing.
    async fn is_tried(&self) {
        let settings = self.settings(&self.good[0], &self.good[1]);
        let summary = self.register.import(&Settings { dry_run: true, ..settings }).await;
        let told = (summary.cooperatives, summary.members, summary.kept);
        assert_eq!(told, (counts(2, 0, 0), counts(2, 0, 0), false), "{}: {:?}", self.described, summary.rejected);
        let formats: Vec<String> = summary.formats.iter().map(Format::describe).collect();
        assert_eq!(formats, [self.described, self.described]);
        assert_eq!(self.register.changes().await, 0, "{}", self.described);
    }

    /// One wrong row of either file, and nothing of both is kept; the row is told once.
    async fn is_refused_whole(&self) {
        for (cooperatives, members, table, column) in [
            (&self.wrong[0], &self.good[1], Table::Cooperatives, "sector"),
            (&self.good[0], &self.wrong[1], Table::Members, "gender"),
        ] {
            let report = self.register.folder.path().join("report.csv");
            let settings = Settings { report: Some(report.clone()), ..self.settings(cooperatives, members) };
            let summary = self.register.import(&settings).await;
            let found: Vec<_> =
                summary.rejected.iter().map(|fault| (fault.table, fault.row, fault.column.as_str())).collect();
            assert_eq!((found, summary.kept), (vec![(table, 4, column)], false), "{}", self.described);
            assert_eq!(std::fs::read_to_string(report).unwrap().lines().count(), 2, "{}", self.described);
            assert_eq!(self.register.changes().await, 0, "{}", self.described);
        }
    }

    /// The good rows are kept when that is asked for; the same files again, with the wrong rows or without, change nothing.
    async fn is_kept_once(&self) {
        let partly = Settings { skip_bad: true, ..self.settings(&self.wrong[0], &self.wrong[1]) };
        let summary = self.register.import(&partly).await;
        let told = (summary.cooperatives, summary.members, summary.kept);
        assert_eq!(told, (counts(2, 0, 1), counts(2, 0, 1), true), "{}: {:?}", self.described, summary.rejected);
        let before = self.register.changes().await;
        for (settings, wrong) in [(self.settings(&self.good[0], &self.good[1]), 0), (partly, 1)] {
            let again = self.register.import(&settings).await;
            assert_eq!(
                (again.cooperatives, again.members),
                (counts(0, 2, wrong), counts(0, 2, wrong)),
                "{}",
                self.described
            );
            assert_eq!(self.register.changes().await, before, "{}", self.described);
        }
    }
}

#[tokio::test]
async fn both_files_are_tried_refused_whole_kept_in_part_and_imported_twice_however_they_are_written() {
    for way in WAYS {
        let trial = Trial::of(way).await;
        trial.is_tried().await;
        trial.is_refused_whole().await;
        trial.is_kept_once().await;
    }
}

#[tokio::test]
async fn every_way_of_writing_gives_the_same_letters() {
    for way in WAYS {
        let (described, files, _) = way;
        let trial = Trial::of(way).await;
        let register = &trial.register;
        register.import(&trial.settings(&trial.good[0], &trial.good[1])).await;
        let utf8 = Register::new().await;
        let plain = [utf8.file("c", files.cooperatives), utf8.file("m", files.members)];
        utf8.import(&utf8.settings(&plain[0], Some(&plain[1]))).await;
        for kind in [&register.names.cooperative, &register.names.person] {
            assert_eq!(register.all(kind).await, utf8.all(kind).await, "{described}");
        }
    }
}

/// A day says itself in three ways; an identity number has spaces; amounts are in Arabic digits.
#[tokio::test]
async fn values_are_read_alike_in_text_and_in_a_spreadsheet() {
    let cooperatives = "court;number;name_fr;sector;province;registered_on;capital_mad\n\
                        Tata;1;Ifri;argan;09.551;2019-12-25;12500\n\
                        Tata;2;Tafoukt;argan;09.551;25/12/2019;١٢٥٠٠\n\
                        Tata;3;Ayyur;argan;09.551;٢٥/١٢/٢٠١٩;12 500,00\n";
    let members = "court;number;member_number;name_fr;national_id;birth_date\n\
                   Tata;1;1;Fadma;JA 12 34 56;25/12/1990\n\
                   Tata;2;1;Fadma;ja123456;1990-12-25\n";
    for write in TWO {
        let register = Register::new().await;
        let files = [register.file("c", write(cooperatives)), register.file("m", write(members))];
        let settings = register.settings(&files[0], Some(&files[1]));
        let summary = register.import(&settings).await;
        assert_eq!((summary.cooperatives.created, summary.members.created), (3, 2), "{:?}", summary.rejected);
        let stored = register.all(&register.names.cooperative).await;
        assert!(stored.iter().all(|body| body["registered_on"] == "2019-12-25" && body["capital_mad"] == json!(12500)));
        assert_eq!(register.all(&register.names.person).await.len(), 1, "one identity card is one person");
    }
}

#[tokio::test]
async fn a_day_that_could_be_two_is_decided_by_the_rows_after_it_and_no_row_is_taken_twice() {
    let file = "court;number;name_fr;name_zgh;sector;province;registered_on\n\
                Tata;1;Ifri;ifri;argan;09.551;2019-04-05\n\
                Tata;2;Tafoukt;tafukt;argan;09.551;03/04/2019\n\
                Tata;3;Ayyur;ayyur;argan;09.551;04/05/2019\n\
                Tata;4;Amnir;amnir;argan;09.551;13/04/2019\n";
    for write in TWO {
        let register = Register::new().await;
        let path = register.file("c", write(file));
        let summary = register.import(&register.settings(&path, None)).await;
        assert_eq!((summary.cooperatives, summary.transcribed), (counts(4, 0, 0), 4), "{:?}", summary.rejected);
        let stored = register.all(&register.names.cooperative).await;
        let days: Vec<&str> = stored.iter().map(|body| body["registered_on"].as_str().unwrap()).collect();
        assert_eq!(days, ["2019-04-05", "2019-04-03", "2019-05-04", "2019-04-13"]);
    }
}

#[tokio::test]
async fn names_in_old_tifinagh_letters_are_tried_put_into_tifinagh_and_imported_twice() {
    let file = "court;number;name_fr;name_zgh;sector;province\nTata;1;Ifri;ifri;argan;09.551\nTata;2;Tifawin;tifawin;argan;09.551\n";
    for write in TWO {
        let register = Register::new().await;
        let path = register.file("c", write(file));
        let settings = register.settings(&path, None);
        let dry = register.import(&Settings { dry_run: true, ..settings.clone() }).await;
        assert_eq!((dry.transcribed, register.changes().await), (2, 0), "{:?}", dry.rejected);
        assert_eq!(register.import(&settings).await.cooperatives, counts(2, 0, 0));
        let before = register.changes().await;
        let again = register.import(&settings).await;
        assert_eq!((again.cooperatives, again.transcribed), (counts(0, 2, 0), 2));
        assert_eq!(register.changes().await, before);
        let stored = register.all(&register.names.cooperative).await;
        assert_eq!((&stored[0]["name_zgh"], &stored[1]["name_zgh"]), (&json!("ⵉⴼⵔⵉ"), &json!("ⵜⵉⴼⴰⵡⵉⵏ")));
    }
}
