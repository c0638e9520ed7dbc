//! Two people write the same part of a sheet: what only one of them changed is kept from each, and what both changed is shown to the second.
//!
//! A form carries a mark of each field as it stood when the page was made. So nothing has to be kept about who is writing what, and a page may
//! stay open for days.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

/// The fields of a part of a sheet, by name, as texts.
pub(crate) type Fields = BTreeMap<String, String>;

/// A form as it counts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    /// What each field shall say.
    pub(crate) fields: Fields,
    /// What stands in the fields that both changed, differently.
    pub(crate) theirs: Fields,
    /// In how many fields only others wrote.
    pub(crate) others: usize,
}

/// What a form says of the fields that it was made from.
pub(crate) fn seen(fields: &Fields) -> String {
    let marks = fields.iter().map(|(name, text)| format!("{name}={}", mark(text)));
    marks.collect::<Vec<_>>().join(" ")
}

/// Settles a form against what stands there now. A field that the form knows nothing of was empty when it was made.
pub(crate) fn settle(seen: &str, now: &Fields, mine: &Fields) -> Settled {
    let marks: BTreeMap<&str, &str> = seen.split(' ').filter_map(|one| one.split_once('=')).collect();
    let mut settled = Settled { fields: Fields::new(), theirs: Fields::new(), others: 0 };
    for (name, mine) in mine {
        let there = now.get(name).map_or("", String::as_str);
        let base = marks.get(name.as_str()).map_or_else(|| mark(""), |mark| (*mark).to_owned());
        let is_untouched = base == mark(mine);
        let kept = if mine != there && base != mark(there) && is_untouched { there } else { mine };
        if kept != mine {
            settled.others += 1;
        }
        if mine != there && base != mark(there) && !is_untouched {
            settled.theirs.insert(name.clone(), there.to_owned());
        }
        settled.fields.insert(name.clone(), kept.to_owned());
    }
    settled
}

fn mark(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
