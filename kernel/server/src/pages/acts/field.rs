//! The parts of a sheet: what somebody fills in to enter an act, as data.

/// A field of a sheet. Its name is the member of the act's data that it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// The name of its label: see `said::label`.
    pub(super) label: &'static str,
    pub(super) required: bool,
    pub(super) control: Control,
}

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    /// A line of so many letters.
    Line(usize),
    /// A text with lines, of so many letters.
    Lines(usize),
    /// A day.
    Day,
    /// A number without decimals.
    Whole,
    /// An amount in dirhams; of a result also below zero.
    Amount { below_zero: bool },
    /// One of a list.
    Choice(List),
    /// A province, under its region.
    Province,
    /// A branch, under its sector.
    Branch,
    /// The items of the statutes.
    Statutes,
    /// A file that is one of the act's documents.
    File,
    /// Another cooperative, or several.
    Cooperatives { several: bool },
    /// Mandates that end, among those that run.
    Ended,
    /// A call on the shares: so many parts of how many, until a day.
    Call,
    /// Lines of cells. Of a list of plain texts the only cell is the text.
    Rows { cells: &'static [Cell], plain: bool },
}

/// The parts of a call on the shares.
pub(super) const CALL: [&str; 3] = ["numerator", "denominator", "due_on"];

/// A cell of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) kind: CellKind,
}

/// How a cell is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    /// A line of so many letters.
    Line(usize),
    /// The number of a member.
    Member,
    /// A number without decimals.
    Whole,
    /// An amount in dirhams.
    Amount,
    /// A day.
    Day,
    /// One of a list.
    Choice(List),
    /// A person: one of the register, or a new one.
    Person {
        /// Whether members are given by their number.
        is_member: bool,
    },
    /// What a member is. Of one that is no natural person, the cell `person` beside it names a legal person or a cooperative.
    Holder,
    /// The natural person who acts for a member that is none; shown with what the member is.
    Representative,
}

impl CellKind {
    /// Whether a natural person stands in it, unless the line says that the member is none.
    pub(super) fn is_person(self) -> bool {
        matches!(self, Self::Person { .. } | Self::Representative)
    }
}

/// A list to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Sector,
    Category,
    /// How a cooperative is managed.
    Form,
    /// The answer about a name.
    Answer,
    /// Where a cooperative stood when it was taken over.
    Stage,
    /// Offices.
    Role,
    /// Why a member leaves.
    Reason,
    /// What is registered.
    Entity,
    /// What a member is.
    Holder,
}

impl List {
    /// The codes, in their order; sectors and categories have their own lists.
    pub(super) fn codes(self) -> &'static [&'static str] {
        match self {
            Self::Sector => &[],
            Self::Category => &["a", "b", "c", "ab", "ac", "bc", "abc"],
            Self::Form => &["managers", "board"],
            Self::Answer => &["approved", "refused"],
            Self::Stage => &[
                "registered",
                "suspended",
                "dissolved",
                "in-liquidation",
                "struck-off",
                "merged",
                "split",
                "transformed",
            ],
            Self::Role => &["president", "vice-president", "manager", "treasurer", "secretary", "board-member"],
            Self::Reason => &["withdrawn", "excluded", "excluded-unpaid", "died"],
            Self::Entity => &["cooperative", "union"],
            Self::Holder => &["person", "legal-person", "cooperative"],
        }
    }

    /// What is meant when nothing is said, so that acts need not say it.
    pub(super) fn fallback(self) -> Option<&'static str> {
        match self {
            Self::Entity => Some("cooperative"),
            Self::Holder => Some("person"),
            Self::Sector | Self::Category | Self::Form | Self::Answer | Self::Stage | Self::Role | Self::Reason => None,
        }
    }
}

const fn field(name: &'static str, label: &'static str, required: bool, control: Control) -> Field {
    Field { name, label, required, control }
}

/// A field that must be filled in.
pub(super) const fn needed(name: &'static str, label: &'static str, control: Control) -> Field {
    field(name, label, true, control)
}

/// A field that may be left empty.
pub(super) const fn may(name: &'static str, label: &'static str, control: Control) -> Field {
    field(name, label, false, control)
}

/// A cell.
pub(super) const fn cell(name: &'static str, label: &'static str, kind: CellKind) -> Cell {
    Cell { name, label, kind }
}
