//! Parts of the national register's files: the cooperatives of some regions, and their members.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// A part of the register in a folder of its own.
pub(crate) struct Part {
    pub(crate) folder: PathBuf,
    /// The provinces that stand in it, as an instance is told them.
    pub(crate) provinces: String,
    pub(crate) cooperatives: u64,
    pub(crate) members: u64,
}

/// Which part.
pub(crate) struct Wanted<'a> {
    /// Codes of regions, as in `09`.
    pub(crate) regions: &'a [&'a str],
    /// So many cooperatives at most.
    pub(crate) cooperatives_max: u64,
    /// So many of their members at most.
    pub(crate) members_max: u64,
}

/// The cells of a line of CSV.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for letter in line.trim_end_matches(['\r', '\n']).chars() {
        match letter {
            // A doubled quote would begin and end here: the register's names have none.
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            letter => cell.push(letter),
        }
    }
    cells.push(cell);
    cells
}

fn place(header: &[String], name: &str) -> anyhow::Result<usize> {
    let bare = |cell: &String| cell.trim_start_matches('\u{feff}') == name;
    header.iter().position(bare).with_context(|| format!("there is no column {name}"))
}

/// Cuts a part out of the register.
pub(crate) fn cut(register: &Path, folder: PathBuf, wanted: &Wanted<'_>) -> anyhow::Result<Part> {
    std::fs::create_dir_all(&folder)?;
    let (mut keys, mut provinces) = (BTreeSet::new(), BTreeSet::new());
    let cooperatives = copy(register, &folder, "cooperatives.csv", wanted.cooperatives_max, |header, row| {
        let province = row.get(place(header, "province")?).cloned().unwrap_or_default();
        if !wanted.regions.iter().any(|region| province.starts_with(&format!("{region}."))) {
            return Ok(false);
        }
        keys.insert((cell(header, row, "court")?, cell(header, row, "number")?));
        provinces.insert(province);
        Ok(true)
    })?;
    let members = copy(register, &folder, "members.csv", wanted.members_max, |header, row| {
        Ok(keys.contains(&(cell(header, row, "court")?, cell(header, row, "number")?)))
    })?;
    let provinces = provinces.into_iter().collect::<Vec<_>>().join(",");
    Ok(Part { folder, provinces, cooperatives, members })
}

fn cell(header: &[String], row: &[String], name: &str) -> anyhow::Result<String> {
    Ok(row.get(place(header, name)?).cloned().unwrap_or_default())
}

/// Copies the rows of a file that are wanted, and counts them.
fn copy(
    register: &Path,
    folder: &Path,
    name: &str,
    rows_max: u64,
    mut is_wanted: impl FnMut(&[String], &[String]) -> anyhow::Result<bool>,
) -> anyhow::Result<u64> {
    let mut lines = BufReader::new(std::fs::File::open(register.join(name))?).lines();
    let mut out = BufWriter::new(std::fs::File::create(folder.join(name))?);
    let first = lines.next().context("the file has a header")??;
    writeln!(out, "{first}")?;
    let header = cells(&first);
    let mut rows = 0;
    for line in lines {
        let line = line?;
        if rows < rows_max && is_wanted(&header, &cells(&line))? {
            writeln!(out, "{line}")?;
            rows += 1;
        }
    }
    out.flush()?;
    Ok(rows)
}
