//! What each region of the demo gives the nation: its draft as a file, offered as `tiwizi agreement offer` does, and signed by the nation
//! as `tiwizi agreement accept` does, once it has come over the line.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tiwizi_federation::agreements::{Agreement, DraftForm, KindForm, RuleForm, Step};
use tiwizi_federation_core::wire::NodeId;
use tiwizi_identity::Caller;
use tiwizi_identity::policy::may_see_federation;
use tiwizi_model::Instant;
use tiwizi_registry::day::Day;
use tiwizi_server::App;

use super::federated::{Open, Place};
use crate::commands::agreement;
use crate::config::write_private;
use crate::outcome;

/// How long an agreement holds.
const HOLDS_MS: i64 = 365 * 86_400_000;
/// How often the nation looks for what was offered, and how many times.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const LOOKS_MAX: u32 = 300;

/// What is public of a cooperative, but for what reaches people: its phone, its mail, its address.
const COOPERATIVE: Fields<'_> = Fields {
    kind: "registry/cooperative",
    clear: &[
        "court",
        "number",
        "registered_on",
        "name_ar",
        "name_fr",
        "name_zgh",
        "ice",
        "category",
        "sector",
        "branch",
        "province",
        "commune",
        "capital_mad",
        "founded_on",
        "status",
        "entity",
        "merged_into",
    ],
    withheld: &["address", "phone", "email"],
};
/// Which cooperative goes on with which.
const SUCCESSION: Fields<'_> = Fields {
    kind: "registry/succession",
    clear: &["cooperative", "successor", "how", "on", "province"],
    withheld: &[],
};
/// Of members what is counted, and nothing that says who somebody is.
const MEMBERSHIP: Fields<'_> = Fields {
    kind: "registry/membership",
    clear: &[
        "cooperative",
        "legal_person",
        "member_cooperative",
        "left_on",
        "gender",
        "birth_year",
        "province",
        "sector",
    ],
    withheld: &["person", "represented_by", "number", "joined_on", "role", "shares", "share_value_mad", "paid_mad"],
};

struct Fields<'a> {
    kind: &'a str,
    clear: &'a [&'a str],
    withheld: &'a [&'a str],
}

impl Fields<'_> {
    fn form(&self) -> (String, KindForm) {
        let all = |fields: &[&str], word: &str| {
            let rule = RuleForm::Word(word.to_owned());
            fields.iter().map(|field| ((*field).to_owned(), rule.clone())).collect::<Vec<_>>()
        };
        let fields = all(self.clear, "clear").into_iter().chain(all(self.withheld, "withheld")).collect();
        (self.kind.to_owned(), KindForm { fields, rows: BTreeMap::new() })
    }
}

fn draft(nation: &NodeId, now: Instant) -> DraftForm {
    DraftForm {
        peer: nation.to_string(),
        purpose: "Registre national et statistiques des coopératives (démonstration)".to_owned(),
        legal_basis: "Loi 112-12".to_owned(),
        cndp: Some("Référence fictive d’une démonstration".to_owned()),
        expires_on: Day::of(now.plus_ms(HOLDS_MS)).to_string(),
        retention_days: 365,
        erasure_days: 30,
        gives: [COOPERATIVE, SUCCESSION, MEMBERSHIP].iter().map(Fields::form).collect(),
        ..DraftForm::default()
    }
}

/// Each region that has agreed on nothing with the nation offers it what a directorate would give.
pub(super) async fn offer(folder: &Path, opened: &[Open]) -> anyhow::Result<()> {
    let (nation, regions) = opened.split_first().context("the nation comes first")?;
    let view = may_see_federation(&Caller::system())?;
    for region in regions {
        let door = agreement::door(&region.app)?;
        if with(&door.list(&view).await?, &nation.node).is_some() {
            continue;
        }
        let file = folder.join(format!("{}-agreement.json", region.place.key));
        let draft = serde_json::to_vec_pretty(&draft(&nation.node, region.app.ambient.now()))?;
        write_private(&file, &draft).with_context(|| format!("could not write {}", file.display()))?;
        agreement::offer(&door, &view, &file).await?;
    }
    Ok(())
}

/// The nation signs what the regions offered. What does not come in time is left to its administrator, on the page of agreements.
pub(super) async fn sign(apps: &[(Place, Arc<App>, NodeId)]) -> anyhow::Result<()> {
    let ((_, nation, _), regions) = apps.split_first().context("the nation comes first")?;
    let view = may_see_federation(&Caller::system())?;
    for _ in 0..LOOKS_MAX {
        // Anew each time: what is known of the federation changes while it is served.
        let door = agreement::door(nation)?;
        let found = door.list(&view).await?;
        for offered in found.iter().filter(|one| one.current.is_none() && one.waits_for_us()) {
            if regions.iter().any(|(_, _, node)| *node == offered.other.node) {
                agreement::step(&door, &view, offered.id, Step::Accept).await?;
            }
        }
        let is_agreed = |node| with(&found, node).is_some_and(|one| one.current.is_some());
        if regions.iter().all(|(_, _, node)| is_agreed(node)) {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    outcome::complain("An offer has not reached the nation yet; its administrator signs it when it comes.");
    Ok(())
}

fn with<'a>(agreements: &'a [Agreement], node: &NodeId) -> Option<&'a Agreement> {
    agreements.iter().find(|one| one.other.node == *node)
}

#[cfg(test)]
mod tests {
    use tiwizi_federation_core::wire::Hash;

    use super::*;

    #[test]
    fn what_is_given_says_of_nobody_who_they_are() {
        let form = draft(&NodeId(Hash([1; 32])), Instant(0));
        assert!(form.draft().is_ok(), "{:?}", form.draft());
        let members = &form.gives["registry/membership"].fields;
        assert_eq!(members["person"], RuleForm::Word("withheld".to_owned()));
        assert_eq!(members["birth_year"], RuleForm::Word("clear".to_owned()));
        assert!(!form.gives.contains_key("registry/person"));
        assert_eq!(form.expires_on, "1971-01-01");
    }
}
