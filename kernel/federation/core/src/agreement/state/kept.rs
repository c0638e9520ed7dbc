//! A version of an agreement as text, for whoever keeps it. It never travels: what travels is the document with its signatures.

use serde_json::{Value, json};
use tiwizi_model::Instant;

use super::{Document, Life, Phase};

const PHASES: [(&str, Phase); 6] = [
    ("drafted", Phase::Drafted),
    ("offered", Phase::Offered),
    ("signed", Phase::Signed),
    ("active", Phase::Active),
    ("declined", Phase::Declined),
    ("withdrawn", Phase::Withdrawn),
];

impl Life {
    /// As it is kept. The document stands in it as the bytes that were signed.
    #[must_use]
    pub fn kept(&self) -> String {
        let phase = PHASES.iter().find(|(_, phase)| *phase == self.phase).map_or("", |(word, _)| word);
        let value = json!({
            "document": String::from_utf8_lossy(&self.document.encode()),
            "drafted_by": self.drafted_by.to_string(),
            "phase": phase,
            "held_up_by": self.held_up_by.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "ended": self.ended,
            "latest_ms": self.latest.0,
        });
        value.to_string()
    }

    /// Reads what was kept; none when it was not written by `kept`.
    #[must_use]
    pub fn from_kept(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let part = |name: &str| value.get(name);
        let word = part("phase")?.as_str()?;
        let held_up_by = part("held_up_by")?.as_array()?.iter();
        Some(Self {
            document: Document::parse(part("document")?.as_str()?.as_bytes()).ok()?,
            drafted_by: part("drafted_by")?.as_str()?.parse().ok()?,
            phase: PHASES.iter().find(|(known, _)| *known == word).map(|(_, phase)| *phase)?,
            held_up_by: held_up_by.map(|node| node.as_str()?.parse().ok()).collect::<Option<_>>()?,
            ended: part("ended")?.as_bool()?,
            latest: Instant(part("latest_ms")?.as_i64()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::agreement::Step;
    use crate::sample::{ISSUED, document, node};

    use super::*;

    fn same(life: &Life) {
        assert_eq!(Life::from_kept(&life.kept()).as_ref(), Some(life));
    }

    #[test]
    fn an_agreement_is_read_as_it_was_kept_in_each_of_its_states() {
        let mut life = Life::draft(document(), node(1)).unwrap();
        same(&life);
        for phase in [Phase::Declined, Phase::Withdrawn, Phase::Offered, Phase::Signed, Phase::Active] {
            life.phase = phase;
            same(&life);
        }
        life.step(Step::Suspend, node(2), Instant(ISSUED.0 + 5)).unwrap();
        same(&life);
        life.step(Step::Terminate, node(1), Instant(ISSUED.0 + 9)).unwrap();
        same(&life);
        assert_eq!(Life::from_kept(&life.kept()).unwrap().latest(), Instant(ISSUED.0 + 9));
    }

    #[test]
    fn what_nobody_kept_is_no_agreement() {
        let text = Life::draft(document(), node(1)).unwrap().kept();
        let with = |member: &str, other: Value| {
            let mut value: Value = serde_json::from_str(&text).unwrap();
            value[member] = other;
            Life::from_kept(&value.to_string())
        };
        assert!(with("phase", json!("lost")).is_none());
        assert!(with("document", json!("{}")).is_none());
        assert!(with("held_up_by", json!([7])).is_none());
        assert!(Life::from_kept("").is_none());
    }
}
