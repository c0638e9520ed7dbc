//! What a file is, told from its first row before anything else of it is read.

use std::path::Path;

use tiwizi_model::limits;

use crate::import::ImportError;
use crate::import::columns;
use crate::import::encoding::Encoding;
use crate::import::parse::first_row;
use crate::import::report::{Table, shorten};
use crate::import::rows::{self, Format, Opened, Rows};

/// A name of the first row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// As it stands in the file, shortened.
    pub written: String,
    /// The column that it means; none when no column is called so.
    pub name: Option<&'static str>,
}

/// What a file seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Which of the files it is, and how its rows are written.
    pub format: Format,
    /// Its columns, in their order.
    pub columns: Vec<Seen>,
    /// Columns without which it cannot be read, and which it has not.
    pub missing: Vec<&'static str>,
}

/// Looks at the first row of a file. Where nobody says which of the files it is, its columns do: members have a number of their own.
///
/// # Errors
/// When the file is none that is read, or its first row is no row.
pub fn look(path: &Path, table: Option<Table>, encoding: Option<Encoding>) -> Result<Looked, ImportError> {
    match rows::open(path, encoding)? {
        Opened::Text(rows) => looked(path, table, *rows),
        Opened::Sheet(mut sheet) => looked(path, table, sheet.rows()?),
    }
}

fn looked(path: &Path, table: Option<Table>, mut rows: impl Rows) -> Result<Looked, ImportError> {
    let names = first_row(path, &mut rows, &mut Vec::new())?;
    let table = table.unwrap_or_else(|| told_by(&names));
    let seen = |written: &String| Seen { written: shorten(written), name: columns::named(table, written) };
    let known: Vec<Seen> = names.iter().map(seen).collect();
    let is_there = |wanted: &&str| known.iter().any(|column| column.name == Some(*wanted));
    let missing = columns::required(table).filter(|wanted| !is_there(wanted)).collect();
    let columns = known.into_iter().take(limits::IMPORT_COLUMNS_SHOWN_MAX).collect();
    Ok(Looked { format: Format { table, layout: rows.layout() }, columns, missing })
}

/// Members are told by the one column that they alone must have.
fn told_by(names: &[String]) -> Table {
    let is_number = |name: &String| columns::named(Table::Members, name) == Some("member_number");
    if names.iter().any(is_number) { Table::Members } else { Table::Cooperatives }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_at(text: &str, table: Option<Table>) -> Looked {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, text).unwrap();
        look(&path, table, None).unwrap()
    }

    #[test]
    fn the_columns_tell_which_file_it_is() {
        let members = look_at("Tribunal;N°;Numéro de membre;Couleur\n", None);
        assert_eq!(members.format.table, Table::Members);
        let names: Vec<Option<&str>> = members.columns.iter().map(|column| column.name).collect();
        assert_eq!(names, [Some("court"), Some("number"), Some("member_number"), None]);
        assert_eq!(members.columns[3].written, "Couleur");
        assert!(members.missing.is_empty());
        let cooperatives = look_at("court,number,name_fr\n", None);
        assert_eq!(cooperatives.format.table, Table::Cooperatives);
        assert_eq!(cooperatives.missing, ["sector", "province"]);
    }

    #[test]
    fn what_a_person_says_goes_before_what_the_columns_say() {
        let told = look_at("court,number,name_fr\n", Some(Table::Members));
        assert_eq!((told.format.table, told.missing), (Table::Members, vec!["member_number"]));
    }

    #[test]
    fn an_empty_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "").unwrap();
        assert!(matches!(look(&path, None, None), Err(ImportError::Header { .. })));
    }
}
