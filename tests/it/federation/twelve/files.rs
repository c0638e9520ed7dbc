//! The provinces of each region of the synthetic nation, as files that its office imports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;
use tiwizi_tests::client::at;
use tiwizi_tests::command::Tiwizi;

use super::super::house::House;

/// One cooperative of so many of the nation's: 217, with 2,629 members.
const ONE_IN: &str = "300";

/// The synthetic nation, a pair of files for each region.
pub(super) struct Files(TempDir);

impl Files {
    pub(super) fn write() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let synthesise = Tiwizi::words("register synthesise").option("--to", folder.path());
        synthesise.option("--one-in", ONE_IN).succeed()?;
        let files = Self(folder);
        let (cooperatives, members) = (files.read("cooperatives.csv")?, files.read("members.csv")?);
        let place = column(&cooperatives, "province")?;
        let mut regions: BTreeMap<String, String> = BTreeMap::new();
        for row in cooperatives.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let [court, number, ..] = cells.as_slice() else { continue };
            let province = cells.get(place).context("a row has every column")?;
            let region = province.split('.').next().unwrap_or_default();
            regions.insert(format!("{court},{number}"), region.to_owned());
        }
        files.part(&cooperatives, "cooperatives", &regions)?;
        files.part(&members, "members", &regions)?;
        Ok(files)
    }

    fn read(&self, name: &str) -> anyhow::Result<String> {
        let text = std::fs::read_to_string(self.0.path().join(name))?;
        // Then a comma ends a cell wherever it stands.
        ensure!(!text.contains('"'), "{name} has cells in quotes");
        Ok(text)
    }

    /// The rows of each region, which court and number lead to.
    fn part(&self, table: &str, name: &str, regions: &BTreeMap<String, String>) -> anyhow::Result<()> {
        let mut lines = table.lines();
        let header = lines.next().context("there is a header")?;
        let mut parts: BTreeMap<&str, String> = BTreeMap::new();
        for row in lines {
            let key: Vec<&str> = row.splitn(3, ',').take(2).collect();
            let region = regions.get(&key.join(",")).with_context(|| format!("{row} is of no cooperative"))?;
            let part = parts.entry(region).or_insert_with(|| format!("{header}\n"));
            part.push_str(row);
            part.push('\n');
        }
        for (region, part) in parts {
            std::fs::write(self.0.path().join(format!("{name}-{region}.csv")), part)?;
        }
        Ok(())
    }

    fn file(&self, name: &str, region: &str) -> PathBuf {
        self.0.path().join(format!("{name}-{region}.csv"))
    }

    pub(super) fn import(&self, house: &House, region: &str) -> anyhow::Result<()> {
        let import = Tiwizi::words("register import --json").data(house.instance.data());
        let import = import.option("--cooperatives", self.file("cooperatives", region));
        let answer = import.option("--members", self.file("members", region)).succeed()?.json()?;
        for name in ["cooperatives", "members"] {
            let created = at(&answer, &format!("/{name}/created")).as_u64();
            ensure!(created == Some(rows(&self.file(name, region))?), "{region}: all {name} are created: {answer}");
        }
        Ok(())
    }
}

/// The rows of a file below its header.
fn rows(file: &Path) -> anyhow::Result<u64> {
    Ok(std::fs::read_to_string(file)?.lines().skip(1).count() as u64)
}

fn column(table: &str, name: &str) -> anyhow::Result<usize> {
    let header = table.lines().next().context("there is a header")?;
    header.split(',').position(|column| column == name).with_context(|| format!("there is no column {name}"))
}
