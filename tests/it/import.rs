//! Does a register come in whole, and does a wrong file change nothing?

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tiwizi_tests::command::{Ending, Tiwizi};
use tiwizi_tests::{Instance, Setting};

use crate::database::on_both;
use crate::register::COOPERATIVES;

on_both! {
    a_register_keeps_all_its_counts_and_comes_in_once,
    a_register_that_goes_out_comes_in_again_unchanged,
    a_file_with_wrong_rows_changes_nothing_and_names_each,
}

/// One cooperative for so many of the nation's.
const ONE_IN: u32 = 100;

struct Files {
    _directory: tempfile::TempDir,
    folder: PathBuf,
}

impl Files {
    /// Synthetic cooperatives and their members.
    fn synthetic(one_in: u32) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let folder = directory.path().to_path_buf();
        let synthesise = Tiwizi::words("register synthesise --to").word(&folder);
        synthesise.option("--one-in", one_in.to_string()).succeed()?;
        Ok(Self { _directory: directory, folder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The lines of a file below its header.
    fn rows(&self, name: &str) -> anyhow::Result<usize> {
        Ok(std::fs::read_to_string(self.path(name))?.lines().count().saturating_sub(1))
    }
}

fn import(data: &Path, files: &Files, words: &str) -> anyhow::Result<Ending> {
    Tiwizi::words(&format!("register import --json {words}"))
        .data(data)
        .option("--cooperatives", files.path("cooperatives.csv"))
        .option("--members", files.path("members.csv"))
        .run()
}

fn count(answer: &Value, pointer: &str) -> anyhow::Result<usize> {
    let number =
        answer.pointer(pointer).and_then(Value::as_u64).with_context(|| format!("no {pointer} in {answer}"))?;
    Ok(usize::try_from(number)?)
}

async fn a_register_keeps_all_its_counts_and_comes_in_once(instance: &mut Instance) -> anyhow::Result<()> {
    instance.stop()?;
    let files = Files::synthetic(ONE_IN)?;
    let (cooperatives, members) = (files.rows("cooperatives.csv")?, files.rows("members.csv")?);
    ensure!(cooperatives > 600 && members > 7_000, "a hundredth is {cooperatives} and {members}");

    let dry = import(instance.data(), &files, "--dry-run")?.json()?;
    ensure!(count(&dry, "/cooperatives/created")? == cooperatives, "{dry}");
    let first = import(instance.data(), &files, "")?.json()?;
    ensure!(count(&first, "/cooperatives/created")? == cooperatives, "the dry run wrote, or rows were lost: {first}");
    ensure!(count(&first, "/members/created")? == members, "{first}");
    let again = import(instance.data(), &files, "")?.json()?;
    ensure!(count(&again, "/cooperatives/unchanged")? == cooperatives, "{again}");
    ensure!(count(&again, "/members/unchanged")? == members, "{again}");
    Tiwizi::words("log verify --json").data(instance.data()).succeed()?;

    instance.serve()?;
    let public = instance.visitor()?;
    let (mut found, mut cursor) = (0, String::new());
    loop {
        let page = public.get(&format!("{COOPERATIVES}?limit=100&fields=number{cursor}")).await?.expect(200)?;
        found += page.items().len();
        if page.at("/next") == "null" {
            break;
        }
        cursor = format!("&cursor={}", page.at("/next"));
    }
    ensure!(found == cooperatives, "{found} of {cooperatives} cooperatives are in the directory");
    let answer = public.send_query(COOPERATIVES, &[("q", "تعاونية"), ("limit", "1")]).await?.expect(200)?;
    ensure!(answer.items().len() == 1, "the search does not know what was imported: {}", answer.text);
    Ok(())
}

async fn a_register_that_goes_out_comes_in_again_unchanged(instance: &mut Instance) -> anyhow::Result<()> {
    instance.stop()?;
    let files = Files::synthetic(1000)?;
    let (cooperatives, members) = (files.rows("cooperatives.csv")?, files.rows("members.csv")?);
    import(instance.data(), &files, "")?.json()?;
    for ending in ["csv", "xlsx"] {
        let (to, of) = (files.path(&format!("out.{ending}")), files.path(&format!("members-out.{ending}")));
        let exported = Tiwizi::words("register export --json").data(instance.data());
        let exported = exported.option("--cooperatives", &to).option("--members", &of).succeed()?.json()?;
        ensure!(count(&exported, "/cooperatives/rows")? == cooperatives, "{exported}");
        ensure!(count(&exported, "/members/rows")? == members, "{exported}");
        let again = Tiwizi::words("register import --json").data(instance.data());
        let again = again.option("--cooperatives", &to).option("--members", &of).succeed()?.json()?;
        ensure!(count(&again, "/cooperatives/unchanged")? == cooperatives, "{ending}: {again}");
        ensure!(count(&again, "/members/unchanged")? == members, "{ending}: {again}");
    }
    let nothing = Tiwizi::words("register export --json").data(instance.data()).run()?;
    ensure!(nothing.code == Some(2), "an export of nothing is a wrong command line: {nothing:?}");
    Ok(())
}

/// A wrong value for a column, as it stands in the file, and the column that the report must name.
const WRONG: [(&str, &[u8]); 8] = [
    ("ice", b"001234567890120"),
    ("ice", b"12"),
    ("province", b"99.999"),
    ("sector", b"piracy"),
    ("category", b"z"),
    ("registered_on", b"2024-02-31"),
    ("name_fr", b"\xff\xfe\xff"),
    ("status", b"asleep"),
];

/// A file of good rows with one wrong row for each of [`WRONG`], a row too short and a row far too long between them.
fn spoil(files: &Files) -> anyhow::Result<(usize, usize)> {
    let path = files.path("cooperatives.csv");
    let text = std::fs::read_to_string(&path)?;
    let mut lines = text.lines();
    let header = lines.next().context("no header")?;
    let columns: Vec<&str> = header.split(',').collect();
    let good: Vec<&str> = lines.filter(|line| !line.contains('"')).take(WRONG.len() + 10).collect();
    ensure!(good.len() == WRONG.len() + 10, "too few plain rows");
    let mut out = format!("{header}\n").into_bytes();
    for (row, line) in good.iter().enumerate() {
        let mut fields: Vec<&[u8]> = line.split(',').map(str::as_bytes).collect();
        if let Some((column, value)) = WRONG.get(row) {
            let place =
                columns.iter().position(|name| name == column).with_context(|| format!("no column {column}"))?;
            *fields.get_mut(place).context("a short row")? = value;
        }
        out.extend(fields.join(&b','));
        out.push(b'\n');
    }
    out.extend_from_slice(b"only,two\n");
    out.extend(std::iter::repeat_n(b'x', 1 << 20));
    out.push(b'\n');
    std::fs::write(&path, out)?;
    Ok((10, WRONG.len() + 2))
}

async fn a_file_with_wrong_rows_changes_nothing_and_names_each(instance: &mut Instance) -> anyhow::Result<()> {
    instance.stop()?;
    let files = Files::synthetic(ONE_IN)?;
    let (good, wrong) = spoil(&files)?;
    let report = files.path("report.csv");
    let run = |words: &str| {
        Tiwizi::words(&format!("register import --json {words}"))
            .data(instance.data())
            .option("--cooperatives", files.path("cooperatives.csv"))
            .option("--report", &report)
            .run()
    };
    let refused = run("")?;
    ensure!(refused.code == Some(3), "exit code 3 was expected: {refused:?}");
    let lines = std::fs::read_to_string(&report).context("no report")?;
    let faults: Vec<Vec<&str>> = lines.lines().skip(1).map(|line| line.splitn(4, ',').collect()).collect();
    let rows: BTreeSet<&str> = faults.iter().filter_map(|fault| fault.get(1).copied()).collect();
    ensure!(rows.len() == wrong, "{wrong} rows are wrong, {} are named:\n{lines}", rows.len());
    for (place, (column, _)) in WRONG.iter().enumerate() {
        // The header is row 1 of the file.
        let row = (place + 2).to_string();
        let is_named = faults.iter().any(|fault| fault.get(1) == Some(&row.as_str()) && fault.get(2) == Some(column));
        ensure!(is_named, "{column} in row {row} is not named:\n{lines}");
    }

    let kept = run("--skip-bad")?;
    let answer: Value = serde_json::from_str(&kept.output).with_context(|| format!("{kept:?}"))?;
    ensure!(
        count(&answer, "/cooperatives/created")? == good,
        "the refused run wrote, or good rows were lost: {answer}"
    );
    ensure!(count(&answer, "/cooperatives/rejected")? == wrong, "{answer}");
    Ok(())
}

#[test]
fn a_line_of_a_gigabyte_costs_time_and_no_memory() -> anyhow::Result<()> {
    let instance = Instance::make(&Setting::default())?;
    let files = Files::synthetic(1000)?;
    let path = files.path("cooperatives.csv");
    let header = std::fs::read_to_string(&path)?.lines().next().unwrap_or_default().to_owned();
    // A sparse file: a gigabyte of zero bytes that takes no room on the disk.
    std::fs::write(&path, format!("{header}\n"))?;
    std::fs::OpenOptions::new().write(true).open(&path)?.set_len(1 << 30)?;
    let words = "register import --json --cooperatives";
    let (ending, memory) = Tiwizi::words(words).word(&path).data(instance.data()).run_measured()?;
    ensure!(ending.code == Some(3), "exit code 3 was expected: {ending:?}");
    ensure!(memory < 200 << 20, "the import held {} MiB", memory >> 20);
    Ok(())
}

/// Entries of the change log.
fn changes(instance: &Instance) -> anyhow::Result<usize> {
    count(&Tiwizi::words("log verify --json").data(instance.data()).succeed()?.json()?, "/changes")
}

#[test]
fn a_spreadsheet_is_tried_kept_and_imported_twice_from_the_command_line() -> anyhow::Result<()> {
    let (one, other) = (Instance::make(&Setting::default())?, Instance::make(&Setting::default())?);
    let files = Files::synthetic(1000)?;
    import(one.data(), &files, "")?.json()?;
    let (to, of) = (files.path("c.xlsx"), files.path("m.xlsx"));
    let export = Tiwizi::words("register export --json").data(one.data());
    export.option("--cooperatives", &to).option("--members", &of).succeed()?;
    let run = |words: &str| {
        let import = Tiwizi::words(&format!("register import --json {words}")).data(other.data());
        import.option("--cooperatives", &to).option("--members", &of).succeed()?.json()
    };
    let before = changes(&other)?;
    let (cooperatives, members) = (files.rows("cooperatives.csv")?, files.rows("members.csv")?);
    for (words, column) in [("--dry-run", "created"), ("", "created"), ("", "unchanged"), ("--skip-bad", "unchanged")] {
        let answer = run(words)?;
        ensure!(count(&answer, &format!("/cooperatives/{column}"))? == cooperatives, "{words}: {answer}");
        ensure!(count(&answer, &format!("/members/{column}"))? == members, "{words}: {answer}");
        ensure!(answer["files"][0]["format"] == "xlsx" && answer["files"][1]["format"] == "xlsx", "{answer}");
        ensure!(words != "--dry-run" || changes(&other)? == before, "the dry run wrote");
    }
    let after = changes(&other)?;
    run("")?;
    ensure!(changes(&other)? == after && after > before, "{before}, {after}: the second import wrote");
    Ok(())
}

#[test]
fn how_letters_are_written_is_told_or_named_on_the_command_line() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("c.csv");
    let (french, arabic) =
        (&b"Soci\xe9t\xe9 des \xe9leveurs"[..], &b"\xca\xda\xc7\xe6\xe4\xed\xc9 \xc7\xe1\xe4\xe6\xd1"[..]);
    for (name, words, told) in [
        (french, "", "windows-1252"),
        (french, "--encoding windows-1256", "windows-1256"),
        (arabic, "--encoding windows-1256", "windows-1256"),
    ] {
        let instance = Instance::make(&Setting::default())?;
        let mut bytes = b"court,number,name_fr,sector,province\nTata,1,".to_vec();
        bytes.extend_from_slice(name);
        bytes.extend_from_slice(b",argan,09.551\n");
        std::fs::write(&file, bytes)?;
        let run = || {
            let import = Tiwizi::words(&format!("register import --json {words}")).data(instance.data());
            import.option("--cooperatives", &file).succeed()?.json()
        };
        let (first, again) = (run()?, run()?);
        ensure!(first["files"][0]["encoding"] == told && count(&first, "/cooperatives/created")? == 1, "{first}");
        ensure!(count(&again, "/cooperatives/unchanged")? == 1, "{again}");
    }
    let wrong = Tiwizi::words("register import --encoding latin-9").option("--cooperatives", &file).run()?;
    ensure!(wrong.code == Some(2), "an encoding that is not known is a wrong command line: {wrong:?}");
    Ok(())
}

#[test]
fn i04_every_wrong_row_of_a_long_file_is_reported_once() -> anyhow::Result<()> {
    let instance = Instance::make(&Setting::default())?;
    let files = Files::synthetic(50)?;
    let path = files.path("members.csv");
    let text = std::fs::read_to_string(&path)?;
    let wrong = text.replace(",female,", ",nobody,").replace(",male,", ",nobody,");
    std::fs::write(&path, wrong)?;
    let (rows, before) = (files.rows("members.csv")?, changes(&instance)?);
    let report = files.path("report.csv");
    let run = Tiwizi::words("register import --json").data(instance.data());
    let run = run.option("--cooperatives", files.path("cooperatives.csv")).option("--members", &path);
    let (refused, memory) = run.option("--report", &report).run_measured()?;
    ensure!(refused.code == Some(3) && memory < 300 << 20, "{refused:?}, {} MiB", memory >> 20);
    let lines = std::fs::read_to_string(&report)?;
    // Cooperatives that may be the same are let pass and told too.
    let lines = lines.lines().filter(|line| line.starts_with("members,"));
    let faults: Vec<Vec<&str>> = lines.map(|line| line.splitn(4, ',').collect()).collect();
    let named: BTreeSet<&str> = faults.iter().filter_map(|fault| fault.get(1).copied()).collect();
    ensure!(faults.len() == rows && named.len() == rows, "{rows} rows are wrong, {} are named", faults.len());
    ensure!(faults.iter().all(|fault| fault.get(2) == Some(&"gender")), "another column is named");
    ensure!(changes(&instance)? == before, "the refused import wrote");
    Ok(())
}
