//! A synthetic register as CSV files: for the demo, for measurements and for tests.
//!
//! Its four totals are the published ones, exactly; everything else is made up from word lists and a seed, and says so:
//! every cooperative's address is [`LABEL`], every member's number begins with `FICTIF`. The files have the format that
//! a directorate's export has, and go through the same import. The same seed and size give the same bytes, and a region's
//! files hold the rows that the nation's have of its provinces.

mod cooperative;
mod dice;
mod member;
mod plan;
mod words;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

pub use cooperative::LABEL;
pub use plan::{AGES_YEAR, NATION, Totals};

use tiwizi_model::Jurisdiction;

use crate::territory;

use dice::{Dice, Quota};
use member::Person;

/// The seed of the demo.
pub const SEED: u64 = 112_012;

/// What to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Everything follows from it.
    pub seed: u64,
    /// One cooperative for so many of the nation's; 1 makes all.
    pub one_in: u32,
    /// So many for each of those: a nation that is larger than the real one, to see what grows with it.
    pub times: u32,
    /// Whose provinces are written of what the nation has.
    pub jurisdiction: Jurisdiction,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: SEED, one_in: 1, times: 1, jurisdiction: Jurisdiction::Nation }
    }
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The file of cooperatives.
    pub cooperatives: PathBuf,
    /// The file of their members.
    pub members: PathBuf,
    /// What they sum up to.
    pub totals: Totals,
}

/// The files could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SyntheticError {
    /// A file or its folder could not be made.
    #[error("could not make {}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A row could not be written.
    #[error("could not write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: csv::Error,
    },
}

/// Writes `cooperatives.csv` and `members.csv` into a folder. It blocks; an async caller runs it on a thread of its own.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &Path, settings: Settings) -> Result<Made, SyntheticError> {
    std::fs::create_dir_all(folder).map_err(|source| SyntheticError::Create { path: folder.to_owned(), source })?;
    let totals = Totals::one_in(settings.one_in).times(settings.times);
    let mut dice = Dice::new(settings.seed);
    let planned = plan::plan(totals, &mut dice);
    let mut cooperatives = Table::create(folder.join("cooperatives.csv"), &cooperative::COLUMNS)?;
    let mut members = Table::create(folder.join("members.csv"), &member::COLUMNS)?;
    let women_only: u32 =
        planned.iter().filter(|cooperative| cooperative.women_only).map(|cooperative| cooperative.members).sum();
    let mut women = Quota::new(totals.women - women_only, totals.members - women_only);
    let mut youth = Quota::new(totals.youth, totals.members);
    let (mut province, mut local) = (usize::MAX, 0);
    let mut written = Totals { cooperatives: 0, members: 0, women: 0, youth: 0 };
    for (index, planned) in (1..).zip(&planned) {
        local = if planned.province == province { local + 1 } else { 1 };
        province = planned.province;
        let Some(made) = cooperative::make(planned, index, local, &mut dice) else {
            continue;
        };
        let code = territory::provinces().get(planned.province).map(|province| province.code);
        // What is not written is made all the same: the rest is then what it is in the whole.
        let is_written = settings.jurisdiction.holds(code);
        if is_written {
            cooperatives.row(&made.row)?;
            written.cooperatives += 1;
        }
        for position in 1..=planned.members {
            let woman = planned.women_only || women.next(&mut dice);
            let person = Person { woman, young: youth.next(&mut dice) };
            let row = member::make(&made, position, person, &mut dice);
            if let Some(row) = row.filter(|_| is_written) {
                members.row(&row)?;
                written.count(person);
            }
        }
    }
    Ok(Made { cooperatives: cooperatives.finish()?, members: members.finish()?, totals: written })
}

impl Totals {
    fn count(&mut self, person: Person) {
        self.members += 1;
        self.women += u32::from(person.woman);
        self.youth += u32::from(person.young);
    }
}

/// A CSV file that is being written.
struct Table {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

impl Table {
    fn create(path: PathBuf, columns: &[&str]) -> Result<Self, SyntheticError> {
        let file = File::create(&path).map_err(|source| SyntheticError::Create { path: path.clone(), source })?;
        let mut table = Self { path, writer: csv::Writer::from_writer(BufWriter::new(file)) };
        table.writer.write_record(columns).map_err(|source| table.failed(source))?;
        Ok(table)
    }

    fn row(&mut self, row: &[String]) -> Result<(), SyntheticError> {
        self.writer.write_record(row).map_err(|source| self.failed(source))
    }

    fn finish(mut self) -> Result<PathBuf, SyntheticError> {
        self.writer.flush().map_err(|source| self.failed(source.into()))?;
        Ok(self.path)
    }

    fn failed(&self, source: csv::Error) -> SyntheticError {
        SyntheticError::Write { path: self.path.clone(), source }
    }
}
