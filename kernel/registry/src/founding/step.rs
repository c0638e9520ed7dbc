//! Where a file stands, for whom it waits, and the sections that it has.

use serde::{Deserialize, Serialize};

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The founders choose a name.
    Name,
    /// The office answers whether they may have it (law 112-12, article 7).
    NameAsked,
    /// The name is theirs; they gather the file.
    File,
    /// The office looks at the file.
    Submitted,
    /// The file is right; the clerk of the court enters the cooperative, and the office writes down the number.
    Accepted,
    /// It is in the register.
    Registered,
    /// The founders gave it up.
    GivenUp,
}

/// For whom a file waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// Those who found the cooperative.
    Founders,
    /// The office of the province.
    Office,
}

impl Step {
    /// The steps of the path, in their order. A file that was given up has left it.
    pub const PATH: [Self; 6] =
        [Self::Name, Self::NameAsked, Self::File, Self::Submitted, Self::Accepted, Self::Registered];

    /// Its name in records, addresses and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NameAsked => "name-asked",
            Self::File => "file",
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
            Self::Registered => "registered",
            Self::GivenUp => "given-up",
        }
    }

    /// The step of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::PATH.into_iter().chain([Self::GivenUp]).find(|step| step.name() == name)
    }

    /// For whom a file waits that stands there; nobody once it has ended.
    #[must_use]
    pub fn waits_for(self) -> Option<Party> {
        match self {
            Self::Name | Self::File => Some(Party::Founders),
            Self::NameAsked | Self::Submitted | Self::Accepted => Some(Party::Office),
            Self::Registered | Self::GivenUp => None,
        }
    }

    /// Whether the founders may fill in the file. What does not hang on the name may be prepared while that is asked for.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Name | Self::NameAsked | Self::File)
    }

    /// Whether it is at an end.
    #[must_use]
    pub fn has_ended(self) -> bool {
        self.waits_for().is_none()
    }
}

impl Party {
    /// Its name in answers and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Founders => "founders",
            Self::Office => "office",
        }
    }
}

/// A section of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// The name that is asked for, what the cooperative does and where.
    Name,
    /// Who founds it.
    Founders,
    /// The value of a share, and what each subscribes and pays.
    Capital,
    /// How it is managed, and by whom.
    Management,
    /// What the statutes hold.
    Statutes,
    /// The founding assembly, and the seat.
    Assembly,
    /// The receipt of the local authority.
    Receipt,
    /// The papers.
    Documents,
}

impl Section {
    /// All of them, in the order of the path.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Founders,
        Self::Capital,
        Self::Management,
        Self::Statutes,
        Self::Assembly,
        Self::Receipt,
        Self::Documents,
    ];

    /// Its name in records, addresses and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Founders => "founders",
            Self::Capital => "capital",
            Self::Management => "management",
            Self::Statutes => "statutes",
            Self::Assembly => "assembly",
            Self::Receipt => "receipt",
            Self::Documents => "documents",
        }
    }

    /// The section of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.name() == name)
    }

    /// The fields of the file that founders fill in there. Founders and papers are written each by itself.
    #[must_use]
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Name => {
                &["entity", "name_ar", "name_fr", "name_zgh", "category", "sector", "branch", "province", "commune"]
            }
            Self::Capital => &["share_value_mad"],
            Self::Management => &["form"],
            Self::Statutes => &["statutes"],
            Self::Assembly => &["founded_on", "address"],
            Self::Receipt => &["authority", "receipt", "filed_on"],
            Self::Founders | Self::Documents => &[],
        }
    }

    /// Whether founders may fill it in at a step. The name is settled once it was asked for.
    #[must_use]
    pub fn is_open(self, step: Step) -> bool {
        match self {
            Self::Name => step == Step::Name,
            _ => step.is_open(),
        }
    }

    /// Whether each founder confirms anew what changed there.
    #[must_use]
    pub fn is_confirmed(self) -> bool {
        matches!(self, Self::Name | Self::Capital | Self::Management | Self::Statutes | Self::Assembly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_and_a_section_have_one_name_everywhere() {
        for step in Step::PATH.into_iter().chain([Step::GivenUp]) {
            assert_eq!(Step::named(step.name()), Some(step));
            assert_eq!(serde_json::to_value(step).unwrap(), step.name());
        }
        for section in Section::ALL {
            assert_eq!(Section::named(section.name()), Some(section));
            assert_eq!(serde_json::to_value(section).unwrap(), section.name());
        }
        assert_eq!((Step::named("paid"), Section::named("paid")), (None, None));
    }

    #[test]
    fn a_file_waits_for_somebody_until_it_has_ended() {
        let waiting: Vec<_> = Step::PATH.into_iter().map(Step::waits_for).collect();
        let (founders, office) = (Some(Party::Founders), Some(Party::Office));
        assert_eq!(waiting, [founders, office, founders, office, office, None]);
        assert!(Step::GivenUp.has_ended() && !Step::Accepted.has_ended());
    }

    #[test]
    fn a_name_that_was_asked_for_is_not_changed_and_the_rest_is_prepared_meanwhile() {
        assert!(Section::Name.is_open(Step::Name) && !Section::Name.is_open(Step::NameAsked));
        assert!(Section::Capital.is_open(Step::NameAsked) && !Section::Capital.is_open(Step::Submitted));
    }
}
