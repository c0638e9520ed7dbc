//! The columns of the two files, and the names under which they are recognised.

use tiwizi_model::fold;

use crate::import::report::Table;

/// A column that one of the files may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    /// Its English name, which is also the field's name in records where the two agree.
    pub(super) name: &'static str,
    /// Without it the file cannot be read.
    required: bool,
    /// Its names in French and Arabic; compared folded.
    aliases: &'static [&'static str],
}

const fn column(name: &'static str, required: bool, aliases: &'static [&'static str]) -> Column {
    Column { name, required, aliases }
}

const COURT: Column =
    column("court", true, &["tribunal", "tribunal de première instance", "المحكمة", "المحكمة الابتدائية"]);
const NUMBER: Column = column(
    "number",
    true,
    &["numéro", "n°", "numéro d'immatriculation", "numéro au registre", "الرقم", "رقم التسجيل", "رقم السجل"],
);
const NAME_AR: Column =
    column("name_ar", false, &["nom arabe", "nom en arabe", "nom ar", "الاسم بالعربية", "الاسم العربي", "الاسم"]);
const NAME_FR: Column =
    column("name_fr", false, &["nom français", "nom en français", "nom fr", "nom", "الاسم بالفرنسية", "الاسم الفرنسي"]);

const ICE: Column = column(
    "ice",
    false,
    &["identifiant commun", "identifiant commun de l'entreprise", "التعريف الموحد للمقاولة", "الرقم الموحد"],
);

/// The columns of cooperatives.
pub(super) const COOPERATIVE: [Column; 19] = [
    COURT,
    NUMBER,
    column("registered_on", false, &["date d'immatriculation", "immatriculée le", "تاريخ التسجيل", "تاريخ التقييد"]),
    NAME_AR,
    NAME_FR,
    column(
        "name_zgh",
        false,
        &["nom amazigh", "nom en amazighe", "nom tifinagh", "nom en tifinagh", "الاسم بالأمازيغية"],
    ),
    ICE,
    column("category", false, &["catégorie", "الصنف", "الفئة"]),
    column("sector", true, &["secteur", "secteur d'activité", "القطاع"]),
    column("branch", false, &["branche", "filière", "الفرع", "الشعبة"]),
    column("province", true, &["préfecture", "province ou préfecture", "الإقليم", "العمالة", "الإقليم أو العمالة"]),
    column("commune", false, &["ville", "الجماعة"]),
    column("address", false, &["adresse", "siège", "العنوان", "المقر"]),
    column("phone", false, &["téléphone", "tél", "الهاتف"]),
    column("email", false, &["e-mail", "courriel", "adresse électronique", "البريد الإلكتروني"]),
    column("capital_mad", false, &["capital", "capital en dirhams", "capital dh", "رأس المال", "الرأسمال"]),
    column("founded_on", false, &["date de constitution", "date de création", "constituée le", "تاريخ التأسيس"]),
    column("status", false, &["statut", "situation", "état", "الوضعية", "الحالة"]),
    column("entity", false, &["entité", "coopérative ou union", "تعاونية أو اتحاد"]),
];

/// The columns of members.
pub(super) const MEMBER: [Column; 16] = [
    COURT,
    NUMBER,
    column(
        "member_number",
        true,
        &["numéro de membre", "numéro d'adhérent", "n° adhérent", "رقم العضو", "رقم المتعاون"],
    ),
    NAME_AR,
    NAME_FR,
    column("gender", false, &["sexe", "genre", "الجنس", "النوع"]),
    column("birth_date", false, &["date de naissance", "né le", "née le", "تاريخ الازدياد", "تاريخ الميلاد"]),
    column("national_id", false, &["cin", "cnie", "n° cin", "numéro cin", "بطاقة التعريف", "رقم البطاقة الوطنية"]),
    column("joined_on", false, &["date d'adhésion", "adhérent depuis", "تاريخ الانخراط", "تاريخ الانضمام"]),
    column("left_on", false, &["date de retrait", "date de départ", "تاريخ الانسحاب"]),
    column("role", false, &["fonction", "rôle", "المهمة", "الصفة"]),
    column("shares", false, &["parts", "parts sociales", "nombre de parts", "الحصص", "عدد الحصص"]),
    column("share_value_mad", false, &["valeur de la part", "valeur d'une part", "valeur part", "قيمة الحصة"]),
    column("paid_mad", false, &["montant libéré", "capital libéré", "libéré", "المبلغ المدفوع"]),
    column("legal_form", false, &["forme juridique", "personne morale", "الشكل القانوني", "شخص اعتباري"]),
    ICE,
];

/// Why a header was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// No column has this name.
    #[error("no column is called {name:?}; known are {known}")]
    Unknown {
        /// The name in the file, shortened.
        name: String,
        /// The names that are known.
        known: String,
    },
    /// A column stands there twice.
    #[error("the column {name} is there twice, the second time as {again:?}")]
    Twice {
        /// The column.
        name: &'static str,
        /// The name in the file where it comes again, shortened.
        again: String,
    },
    /// The row is longer than a row may be.
    #[error("it is longer than {} bytes", tiwizi_model::limits::IMPORT_LINE_BYTES_MAX)]
    TooLong,
    /// A quote opens and does not close.
    #[error("a quote opens in it and does not close")]
    Quote,
    /// A column is not there that must be.
    #[error("the column {name} is missing")]
    Missing {
        /// The column.
        name: &'static str,
    },
}

/// Which column stands at which place of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// For each place in the file, the column's index in the table.
    places: Vec<usize>,
    columns: &'static [Column],
}

impl Header {
    /// Recognises the names of a header.
    pub(super) fn read(columns: &'static [Column], names: &[&str]) -> Result<Self, HeaderError> {
        let mut places = Vec::with_capacity(names.len());
        for name in names {
            let index = find(columns, name).ok_or_else(|| HeaderError::Unknown {
                name: super::report::shorten(name),
                known: columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", "),
            })?;
            if places.contains(&index) {
                return Err(HeaderError::Twice {
                    name: columns.get(index).map_or("", |column| column.name),
                    again: super::report::shorten(name),
                });
            }
            places.push(index);
        }
        for (index, column) in columns.iter().enumerate() {
            if column.required && !places.contains(&index) {
                return Err(HeaderError::Missing { name: column.name });
            }
        }
        Ok(Self { places, columns })
    }

    /// How many fields a row has.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The column at a place of the file; empty past the last.
    pub(super) fn name_at(&self, place: usize) -> &'static str {
        let column = self.places.get(place).and_then(|index| self.columns.get(*index));
        column.map_or("", |column| column.name)
    }

    /// The place of a column in the file.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        let index = self.columns.iter().position(|column| column.name == name)?;
        self.places.iter().position(|place| *place == index)
    }
}

/// The columns of a file.
pub(super) fn of(table: Table) -> &'static [Column] {
    match table {
        Table::Cooperatives => &COOPERATIVE,
        Table::Members => &MEMBER,
    }
}

/// The English names of the columns of a file, in their order.
pub(crate) fn names(table: Table) -> impl Iterator<Item = &'static str> {
    of(table).iter().map(|column| column.name)
}

/// The column of a file that this name means.
pub(super) fn named(table: Table, name: &str) -> Option<&'static str> {
    let columns = of(table);
    find(columns, name).and_then(|place| columns.get(place)).map(|column| column.name)
}

/// The columns without which a file cannot be read.
pub(super) fn required(table: Table) -> impl Iterator<Item = &'static str> {
    of(table).iter().filter(|column| column.required).map(|column| column.name)
}

fn find(columns: &[Column], name: &str) -> Option<usize> {
    let folded = fold::fold(name);
    columns.iter().position(|column| {
        fold::fold(column.name) == folded || column.aliases.iter().any(|alias| fold::fold(alias) == folded)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_columns_share_a_name() {
        for columns in [&COOPERATIVE[..], &MEMBER[..]] {
            let mut seen = BTreeSet::new();
            for column in columns {
                let names: BTreeSet<String> =
                    column.aliases.iter().chain([&column.name]).map(|name| fold::fold(name)).collect();
                for name in names {
                    assert!(seen.insert(name.clone()), "{name} names two columns");
                }
            }
        }
    }

    #[test]
    fn a_header_is_read_in_three_languages_and_any_order() {
        for names in [
            ["court", "number", "sector", "province", "name_fr"],
            ["Tribunal", "N°", "SECTEUR", "Préfecture", "Nom (français)"],
            ["المحكمة", "رقم السجل", "القطاع", "الإقليم", "الاسم بالفرنسية"],
        ] {
            let header = Header::read(&COOPERATIVE, &names).unwrap();
            assert_eq!(header.place("province"), Some(3), "{names:?}");
            assert_eq!(header.place("name_fr"), Some(4));
            assert_eq!(header.place("ice"), None);
        }
    }

    #[test]
    fn a_header_that_is_not_understood_says_why() {
        let read = |names: &[&str]| Header::read(&COOPERATIVE, names).unwrap_err();
        assert!(matches!(read(&["court", "colour"]), HeaderError::Unknown { name, .. } if name == "colour"));
        assert_eq!(read(&["court", "tribunal"]), HeaderError::Twice { name: "court", again: "tribunal".to_owned() });
        assert_eq!(read(&["court", "number", "sector"]), HeaderError::Missing { name: "province" });
    }
}
