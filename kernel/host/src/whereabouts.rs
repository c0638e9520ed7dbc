//! What a plugin may know of the instance that it runs in.

use tiwizi_model::{InstanceId, Jurisdiction, ProvinceCode};
use tiwizi_registry::territory;
use tiwizi_storage::instance::InstanceRow;
use uuid::Uuid;

/// Which instance it is, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    pub(crate) id: InstanceId,
    pub(crate) name: String,
    /// Every province that it serves, in the order of the codes.
    pub(crate) provinces: Vec<ProvinceCode>,
    /// Where it is reached from outside, without a slash at its end; none when nobody has said it.
    pub(crate) address: Option<String>,
}

impl Whereabouts {
    /// Of the instance that a database belongs to; one that has none yet serves nothing.
    pub(crate) fn of(row: Option<&InstanceRow>, address: Option<String>) -> Self {
        let provinces = match row.map(|row| &row.jurisdiction) {
            Some(Jurisdiction::Nation) => territory::provinces().iter().map(|province| province.code).collect(),
            Some(Jurisdiction::Provinces(provinces)) => provinces.iter().copied().collect(),
            None => Vec::new(),
        };
        let id = row.map_or(InstanceId(Uuid::nil()), |row| row.id);
        Self { id, name: row.map(|row| row.name.clone()).unwrap_or_default(), provinces, address }
    }
}

#[cfg(test)]
mod tests {
    use tiwizi_model::Instant;

    use super::*;

    #[test]
    fn a_national_instance_serves_every_province_and_another_one_its_own() {
        let of = |jurisdiction| {
            let row = InstanceRow {
                id: InstanceId(Uuid::nil()),
                name: "Test".to_owned(),
                jurisdiction,
                created_at: Instant(0),
                key: Vec::new(),
            };
            Whereabouts::of(Some(&row), None).provinces
        };
        assert_eq!(of(Jurisdiction::Nation).len(), territory::provinces().len());
        let two = of("09.551,09.541".parse().unwrap());
        assert_eq!(two.iter().map(ToString::to_string).collect::<Vec<_>>(), ["09.541", "09.551"]);
        assert_eq!(Whereabouts::of(None, None).provinces, []);
    }
}
