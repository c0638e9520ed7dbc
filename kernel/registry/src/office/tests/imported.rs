//! Yearly filings of cooperatives that came by import: they have records and no acts.

use super::*;

const FILE: &str = "\
court,number,name_fr,sector,province,registered_on
Taroudannt,1/2019,Tifaouine,argan,09.541,2019-02-01
Taroudannt,2/2025,Al Amal,crafts,09.541,2025-03-01
Taroudannt,3/2018,Azoura,argan,09.541,
";

/// A house into which three cooperatives were imported, with their ids by their names.
async fn house() -> (House, impl Fn(&str) -> RecordId) {
    let house = House::new().await;
    let path = house.register.file("c.csv", FILE);
    let summary = house.register.import(&house.register.settings(&path, None)).await;
    assert_eq!(summary.cooperatives.created, 3);
    let permit = house.register.records.may_read(&Caller::system(), &house.register.names.cooperative).unwrap();
    let query = tiwizi_records::Query { limit: 50, ..tiwizi_records::Query::default() };
    let found = house.register.records.list(&permit, &query).await.unwrap().items;
    let of_name = move |name: &str| found.iter().find(|record| record.body["name_fr"] == name).unwrap().id;
    (house, of_name)
}

impl House {
    /// The names of those whose filing is expected, each with the year.
    async fn expected(&self) -> Vec<(String, u64)> {
        let waiting = self.waiting().await;
        let filings = self.register.records.may_read(&Caller::system(), &self.register.names.filing).unwrap();
        let mut found = Vec::new();
        for stored in waiting.into_iter().filter(|stored| stored.task.what == "filing-expected") {
            let record = self.register.records.read(&filings, stored.task.record).await.unwrap().unwrap();
            let name = stored.task.names["name_fr"].as_str().unwrap().to_owned();
            found.push((name, record.body["year"].as_u64().unwrap()));
        }
        found.sort();
        found
    }

    async fn write(&self, cooperative: RecordId, patch: Value) {
        let draft = Draft::patch(self.register.names.cooperative.clone(), cooperative, patch, None);
        self.register.records.submit(&Caller::system(), vec![draft], None).await.unwrap();
    }
}

fn of_years(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
    pairs.iter().map(|(name, year)| ((*name).to_owned(), *year)).collect()
}

#[tokio::test]
async fn an_imported_cooperative_files_from_the_year_of_its_registration() {
    let (house, of_name) = house().await;
    let today = day("2025-11-30");
    assert_eq!(house.office.expect_filings(today).await.unwrap(), 1);
    assert_eq!(house.office.expect_filings(today).await.unwrap(), 0, "once");
    assert_eq!(house.expected().await, of_years(&[("Ancienne", 2024), ("Tifaouine", 2024)]));
    let before = house.filings.open(&house.registrar, of_name("Tifaouine"), 2018).await;
    assert!(matches!(before, Err(FilingError::NotOpen { year: 2018 })), "{before:?}");
    // A year later the others file too: of one whose day nobody knows, from its import on.
    assert_eq!(house.office.expect_filings(day("2026-01-02")).await.unwrap(), 4);
    let all = [("Al Amal", 2025), ("Ancienne", 2024), ("Ancienne", 2025), ("Azoura", 2025), ("Tifaouine", 2024)];
    let mut all = of_years(&all);
    all.push(("Tifaouine".to_owned(), 2025));
    assert_eq!(house.expected().await, all);
}

#[tokio::test]
async fn one_that_left_the_register_or_is_an_alias_files_nothing_any_more() {
    let (house, of_name) = house().await;
    let next = day("2026-01-02");
    house.office.expect_filings(next).await.unwrap();
    house.write(of_name("Tifaouine"), json!({ "status": "struck_off" })).await;
    house.write(of_name("Azoura"), json!({ "merged_into": of_name("Al Amal").to_string() })).await;
    assert_eq!(house.office.expect_filings(next).await.unwrap(), 2);
    assert_eq!(house.expected().await, of_years(&[("Al Amal", 2025), ("Ancienne", 2024), ("Ancienne", 2025)]));
}

#[tokio::test]
async fn its_first_act_takes_away_nothing_and_its_filing_can_be_that_act() {
    let (house, of_name) = house().await;
    let today = day("2025-11-30");
    house.office.expect_filings(today).await.unwrap();
    let amended = NewAct {
        kind: ActKind::Amended,
        effective_on: day("2025-11-20"),
        documents: Vec::new(),
        corrects: None,
        data: json!({ "commune": "Tiout" }),
    };
    house.register.acts().enter(&house.registrar, of_name("Tifaouine"), amended).await.unwrap();
    assert_eq!(house.expected().await, of_years(&[("Ancienne", 2024), ("Tifaouine", 2024)]));

    let house = House { cooperative: of_name("Azoura"), ..house };
    house.submit(&house.registrar, 2024, values()).await.unwrap();
    house.accept(&house.registrar, 2024).await.unwrap();
    assert_eq!(house.office.expect_filings(today).await.unwrap(), 0);
    let opened = house.filings.open(&house.registrar, house.cooperative, 2024).await.unwrap();
    assert_eq!(opened.filing.status, Status::Accepted);
}

#[tokio::test]
async fn nobody_corrects_the_filing_of_one_that_left_the_register() {
    let (house, of_name) = house().await;
    let today = day("2025-11-30");
    house.office.expect_filings(today).await.unwrap();
    let house = House { cooperative: of_name("Tifaouine"), ..house };
    house.submit(&house.registrar, 2024, values()).await.unwrap();
    let key = (house.cooperative, 2024);
    let seen = house.filings.open(&house.registrar, key.0, key.1).await.unwrap().stored.unwrap().1;
    house.filings.send_back(&house.registrar, key, seen, "Le procès-verbal n’est pas signé.").await.unwrap();
    assert_eq!(house.office.expect_filings(today).await.unwrap(), 0);
    house.write(house.cooperative, json!({ "status": "struck_off" })).await;
    assert_eq!(house.office.expect_filings(today).await.unwrap(), 1);
    assert_eq!(house.expected().await, of_years(&[("Ancienne", 2024)]));
}
