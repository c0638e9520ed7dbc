//! What a table tells, and what its file says.

use proptest::prelude::*;

use super::*;
use crate::cells::tests::worked_out;

const PROVINCES: [&str; 5] = ["", "04.421", "09.541", "09.551", "12.391"];

fn part(province: usize, month: u32, all: u32, women: u32) -> Part {
    Part { province: PROVINCES[province].to_owned(), month, all, women: women.min(all), young: 0 }
}

/// Every cell of one thing that is counted, in the order of the sums: none where it is not told.
fn cells(table: &Table, of: usize) -> Vec<Option<u32>> {
    table.lines.iter().flat_map(|line| line.told[of]).collect()
}

#[test]
fn the_file_says_where_something_is_hidden_and_no_name_is_a_formula() {
    let table = Table::of(&[part(1, 3, 9, 9), part(2, 3, 3, 0), part(3, 3, 6, 6)]);
    let chosen = Chosen { of: "path/start".to_owned(), title: "=Commencer".to_owned(), year: 2026, month: Some(3) };
    let file = csv(&table, &chosen, Language::French);
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines[0], "of,title,time,level,code,name,certificates,women,young,hidden");
    assert_eq!(lines[3], "path/start,\"'=Commencer\",2026-03,province,04.421,\"Rabat\",9,,0,yes");
    assert_eq!(lines[5], "path/start,\"'=Commencer\",2026-03,province,09.541,\"Taroudannt\",,,,yes");
    assert_eq!(lines.len(), 7);
}

#[test]
fn what_remains_of_all_when_the_women_are_taken_away_is_not_told_either() {
    let table = Table::of(&[part(1, 3, 20, 18), part(2, 3, 30, 12), part(4, 5, 9, 9)]);
    let women = |place: &str| table.lines.iter().find(|line| line.place.code() == place).unwrap().at(YEAR)[1];
    assert_eq!([women("04.421"), women("09.541"), women("12.391")], [None, None, Some(9)], "two men are no number");
}

#[test]
fn what_is_there_no_more_is_told_by_its_code() {
    let names = Names { courses: Vec::new(), paths: Vec::new(), language: Language::French };
    let labels = ["module/founding/m1", "course/founding", "path/start", "other"].map(|of| names.label(of));
    assert_eq!(labels, ["founding – m1", "founding", "start", "other"]);
}

#[test]
fn a_tally_of_all_provinces_and_months_is_a_value() {
    let most = [u32::MAX; 3];
    let months: std::collections::BTreeMap<u32, [u32; 3]> = (1..=12).map(|month| (month, most)).collect();
    let tally: std::collections::BTreeMap<String, _> = places::provinces(Language::French)
        .into_iter()
        .map(|(code, _)| (code, &months))
        .chain([(String::new(), &months)])
        .collect();
    assert!(serde_json::to_vec(&tally).unwrap().len() < 64 << 10);
}

proptest! {
    #[test]
    fn no_table_tells_a_small_count_nor_lets_it_be_worked_out(
        parts in proptest::collection::vec((0_usize..5, 1_u32..5, 1_u32..12, 0_u32..12), 1..16),
    ) {
        let parts: Vec<Part> = parts.into_iter().map(|(place, month, all, women)| part(place, month, all, women)).collect();
        let table = Table::of(&parts);
        let all = cells(&table, 0);
        for (all, women) in all.iter().zip(cells(&table, 1)) {
            prop_assert!(!all.is_some_and(cells::is_small) && !women.is_some_and(cells::is_small));
            prop_assert!(all.is_some() || women.is_none(), "how many women of nobody knows how many");
            prop_assert!(!all.zip(women).is_some_and(|(all, women)| cells::is_small(all - women)));
        }
        let rows = rows(&parts);
        let amounts: Vec<u32> = rows.iter().flat_map(|row| row.counts[0]).collect();
        let hidden: Vec<bool> = all.iter().map(Option::is_none).collect();
        let known: Vec<u32> = worked_out(&sums(&rows), &hidden).into_iter().map(|place| amounts[place]).collect();
        prop_assert!(!known.iter().copied().any(cells::is_small), "{known:?} of {amounts:?}");
    }
}
