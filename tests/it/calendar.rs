//! Does a server that runs go by the calendar that a test turns?

use tiwizi_tests::clock::Calendar;
use tiwizi_tests::instance::REGISTRAR;
use tiwizi_tests::{Instance, Setting};

use crate::register::COOPERATIVES;

#[tokio::test]
async fn a_server_is_taken_to_another_year_while_it_runs() -> anyhow::Result<()> {
    let calendar = Calendar::new()?;
    let mut instance = Instance::make(&Setting { variables: calendar.variables(), ..Setting::default() })?;
    instance.serve_with(&calendar.variables())?;
    let session = instance.signed_in(REGISTRAR).await?;
    let token = session.with_token("tests").await?;
    session.get("/api/v1/session").await?.expect(200)?;

    calendar.turn_days(1)?;
    session.get("/api/v1/session").await?.expect(401)?;
    token.get(COOPERATIVES).await?.expect(200)?;

    calendar.turn_days(363)?;
    token.get(COOPERATIVES).await?.expect(200)?;
    calendar.turn_days(2)?;
    token.get(COOPERATIVES).await?.expect(401)?;
    Ok(())
}
