//! The synthetic register meets its totals and its format.

use std::collections::BTreeSet;

use super::*;
use crate::{ice, territory};

fn made(one_in: u32, seed: u64) -> (tempfile::TempDir, Made) {
    let folder = tempfile::tempdir().unwrap();
    let made = write(folder.path(), Settings { seed, one_in, ..Settings::default() }).unwrap();
    (folder, made)
}

fn rows(path: &Path) -> Vec<csv::StringRecord> {
    csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect()
}

#[test]
fn the_files_sum_up_to_the_totals() {
    let (_folder, made) = made(100, SEED);
    let (cooperatives, members) = (rows(&made.cooperatives), rows(&made.members));
    assert_eq!(made.totals, Totals { cooperatives: 653, members: 7_889, women: 2_725, youth: 180 });
    assert_eq!(cooperatives.len(), 653);
    assert_eq!(members.len(), 7_889);
    assert_eq!(members.iter().filter(|row| &row[5] == "female").count(), 2_725);
    assert_eq!(members.iter().filter(|row| &row[6][..4] >= "1990").count(), 180);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let files: Vec<(_, Made)> = [5, 5, 6].map(|seed| made(1000, seed)).into();
    let bytes: Vec<Vec<u8>> = files.iter().map(|(_, made)| std::fs::read(&made.members).unwrap()).collect();
    assert_eq!(bytes[0], bytes[1]);
    assert_ne!(bytes[0], bytes[2]);
}

#[test]
fn every_cooperative_is_labelled_and_its_numbers_are_valid_and_unique() {
    let (_folder, made) = made(100, SEED);
    let cooperatives = rows(&made.cooperatives);
    let keys: BTreeSet<(&str, &str)> = cooperatives.iter().map(|row| (&row[0], &row[1])).collect();
    let ices: BTreeSet<&str> = cooperatives.iter().map(|row| &row[6]).collect();
    let provinces: BTreeSet<&str> = cooperatives.iter().map(|row| &row[10]).collect();
    assert_eq!((keys.len(), ices.len(), provinces.len()), (653, 653, 75));
    assert!(cooperatives.iter().all(|row| &row[12] == LABEL && ice::check(&row[6]).is_ok()));
    assert!(provinces.iter().all(|code| territory::find(code).is_some()));
    assert!(cooperatives.iter().any(|row| !row[5].is_empty()), "some names are in Tifinagh");
    assert!(rows(&made.members).iter().all(|row| row[2].starts_with("FICTIF-") && row[7].is_empty()));
}

#[test]
fn a_region_has_the_rows_that_the_nation_has_of_its_provinces() {
    let (_folder, nation) = made(200, SEED);
    let folder = tempfile::tempdir().unwrap();
    let provinces = territory::provinces().iter().filter(|province| province.region == "09");
    let jurisdiction = Jurisdiction::Provinces(provinces.map(|province| province.code).collect());
    let settings = Settings { one_in: 200, jurisdiction, ..Settings::default() };
    let region = write(folder.path(), settings).unwrap();
    let of_region = |row: &csv::StringRecord| row[10].starts_with("09.");
    let expected: Vec<_> = rows(&nation.cooperatives).into_iter().filter(of_region).collect();
    assert_eq!(rows(&region.cooperatives), expected);
    let keys: BTreeSet<(String, String)> = expected.iter().map(|row| (row[0].to_owned(), row[1].to_owned())).collect();
    let members = rows(&nation.members);
    let members: Vec<_> =
        members.into_iter().filter(|row| keys.contains(&(row[0].to_owned(), row[1].to_owned()))).collect();
    assert_eq!(rows(&region.members), members);
    let counted = |count: usize| u32::try_from(count).unwrap();
    assert_eq!(region.totals.cooperatives, counted(expected.len()));
    assert_eq!(region.totals.members, counted(members.len()));
    assert_eq!(region.totals.women, counted(members.iter().filter(|row| &row[5] == "female").count()));
    assert!(expected.len() > 5 && expected.len() < 100, "{} cooperatives", expected.len());
}

#[test]
fn a_larger_nation_has_so_many_times_the_totals_and_no_number_twice() {
    let folder = tempfile::tempdir().unwrap();
    let made = write(folder.path(), Settings { one_in: 1_000, times: 3, ..Settings::default() }).unwrap();
    assert_eq!(made.totals, Totals { cooperatives: 195, members: 2_364, women: 816, youth: 54 });
    let cooperatives = rows(&made.cooperatives);
    let keys: BTreeSet<(&str, &str)> = cooperatives.iter().map(|row| (&row[0], &row[1])).collect();
    let ices: BTreeSet<&str> = cooperatives.iter().map(|row| &row[6]).collect();
    assert_eq!((cooperatives.len(), keys.len(), ices.len()), (195, 195, 195));
    assert_eq!(rows(&made.members).len(), 2_364);
}
