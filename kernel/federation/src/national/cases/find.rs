//! Finding cases at the nation: whatever changed of cooperatives, of whichever home, is held against what the other homes have.
//!
//! It follows the reader that keeps the codes of names, and never passes it. Each two cooperatives make one case, also after it was decided.

use serde_json::{Map, Value, json};
use tiwizi_federation_core::flow::Store;
use tiwizi_federation_core::wire::NodeId;
use tiwizi_identity::policy::Class;
use tiwizi_model::limits::{FED_CASE_TEXT_CHARS_MAX, FED_CASES_STEP};
use tiwizi_model::{KindName, RecordId};
use tiwizi_records::Kind;
use tiwizi_records::reader::read_between;
use tiwizi_registry::duplicates::{Across, Sided};
use tiwizi_registry::kinds::Names;
use tiwizi_storage::cursor;
use tiwizi_storage::federation::case::{self as rows, CaseRow, Side};

use super::super::National;
use super::super::error::NationalError;
use super::CaseState;

/// The name under which its place in the log is kept.
const NAME: &str = "federation.cases";
/// What is compared of a cooperative by people: public fields, in their order.
const SHOWN: [&str; 11] = [
    "name_ar",
    "name_fr",
    "name_zgh",
    "court",
    "number",
    "ice",
    "registered_on",
    "province",
    "commune",
    "sector",
    "status",
];

impl<S: Store> National<S> {
    /// Looks at the next changes. Tells whether there are more, and how many cases were found.
    pub(in super::super) async fn find_cases(&self) -> Result<(bool, usize), NationalError> {
        let names = Names::new();
        let (place, up_to) = {
            let mut tx = self.db().read().await?;
            (cursor::find(&mut tx, NAME).await?, self.duplicates.coded_up_to(&mut tx).await?)
        };
        if place >= up_to {
            return Ok((false, 0));
        }
        let wants = |kind: &KindName| *kind == names.cooperative;
        let between = read_between(&self.records, wants, place, up_to).await?;
        let mut ids: Vec<RecordId> = between.items.iter().map(|entry| entry.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut found = Vec::new();
        for part in ids.chunks(usize::try_from(FED_CASES_STEP).unwrap_or(1)) {
            // A read transaction of its own, so that none is open for long.
            found.extend(self.duplicates.across(&mut *self.db().read().await?, part).await?);
        }
        let kinds = self.records.kinds();
        let kind = kinds.find(&names.cooperative).ok_or(NationalError::Absent { what: "kind" })?;
        let cases: Vec<CaseRow> = found.iter().filter_map(|across| self.case(kind, across)).collect();
        let mut tx = self.db().begin_write().await?;
        if cursor::claim(&mut tx, NAME).await? != place {
            // Another kernel was here first.
            return Ok((true, 0));
        }
        let mut opened = 0_usize;
        for case in &cases {
            opened = opened.saturating_add(usize::from(rows::open(&mut tx, case).await?));
        }
        cursor::store(&mut tx, NAME, between.up_to).await?;
        tx.commit().await?;
        if opened > 0 {
            tracing::info!(cases = opened, "cooperatives of two homes are likely one");
        }
        Ok((between.up_to < up_to, opened))
    }

    /// A case of two cooperatives; none when one of the homes is nobody of the directory, who could not be asked.
    fn case(&self, kind: &Kind, across: &Across) -> Option<CaseRow> {
        let [one, other] = &across.sides;
        let node = |side: &Sided| self.roll.node_of(&side.home);
        let (Some(first), Some(second)) = (node(one), node(other)) else {
            tracing::warn!(record.id = %one.id, "a cooperative that another home has too is of a home that the directory does not name");
            return None;
        };
        let side = |side: &Sided, home: NodeId| Side { entity: side.id, home: home.0.0 };
        let shown = [shown(kind, &one.body), shown(kind, &other.body)];
        let now = self.now();
        Some(CaseRow {
            id: self.records.ambient().new_uuid(),
            kind: kind.number(),
            sides: [side(one, first), side(other, second)],
            grounds: json!({
                "level": across.finding.level.name(),
                "points": across.finding.points,
                "reasons": across.finding.reasons,
                "shown": shown,
            })
            .to_string(),
            state: CaseState::Found.name().to_owned(),
            decision: None,
            opened_at: now,
            changed_at: now,
        })
    }
}

/// What is public of a cooperative and helps to tell it from another one. Texts of any length may stand in a register; their beginning does.
fn shown(kind: &Kind, body: &Value) -> Value {
    let is_public = |field: &str| kind.class(field) == Some(Class::Public);
    let text = |field: &str| {
        let text = body.get(field)?.as_str()?;
        Some((field.to_owned(), Value::from(text.chars().take(FED_CASE_TEXT_CHARS_MAX).collect::<String>())))
    };
    let fields = SHOWN.into_iter().filter(|field| is_public(field));
    Value::Object(fields.filter_map(text).collect::<Map<_, _>>())
}
