//! Is an account made with its role, or not at all, and opened again when its password is lost?

use anyhow::ensure;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tiwizi_tests::client::text;
use tiwizi_tests::command::Tiwizi;
use tiwizi_tests::instance::PASSWORD;
use tiwizi_tests::postgres::Database;
use tiwizi_tests::{Instance, Setting};

const EMAIL: &str = "trainer@tests.invalid";
const ACCOUNTS: &str = "/fr/console/accounts";

/// From now on the database takes no trainer, which the kernel does not know.
const SQLITE_REFUSE: &str = "CREATE TRIGGER refuse BEFORE INSERT ON role_grant WHEN NEW.role = 'trainer' \
    BEGIN SELECT RAISE(ABORT, 'refused by the test'); END";
const SQLITE_TAKE: &str = "DROP TRIGGER refuse";
const POSTGRES_REFUSE: &str = "ALTER TABLE role_grant ADD CONSTRAINT refuse CHECK (role <> 'trainer')";
const POSTGRES_TAKE: &str = "ALTER TABLE role_grant DROP CONSTRAINT refuse";

async fn in_sqlite(instance: &Instance, text: &'static str) -> anyhow::Result<()> {
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(instance.data().join("tiwizi.sqlite"));
    let mut connection = SqliteConnection::connect_with(&file).await?;
    sqlx::query(text).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

async fn in_postgres(database: &Database, text: &'static str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(database.url()).await?;
    sqlx::query(text).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// What came of sending the console's form.
async fn status_of_form(instance: &Instance) -> anyhow::Result<u16> {
    let form = [("name", "Fadma"), ("email", EMAIL), ("password", PASSWORD), ("role", "trainer"), ("scope", "nation")];
    Ok(instance.administrator().await?.submit(ACCOUNTS, &form).await?.status)
}

async fn demand_no_account(instance: &mut Instance) -> anyhow::Result<()> {
    instance.serve()?;
    let status = status_of_form(instance).await?;
    ensure!(status >= 500, "the database failed, and the answer is {status}");
    let accounts = instance.administrator().await?.get("/api/v1/accounts").await?.expect(200)?;
    ensure!(!accounts.text.contains(EMAIL), "an account without a role stays behind: {}", accounts.text);
    instance.stop()?;
    Ok(())
}

async fn demand_account(instance: &mut Instance) -> anyhow::Result<()> {
    instance.serve()?;
    let status = status_of_form(instance).await?;
    ensure!(status == 303, "a second try is answered with {status}");
    let session = instance.signed_in(EMAIL).await?.get("/api/v1/session").await?.expect(200)?;
    ensure!(session.text.contains("trainer"), "the account has no role: {}", session.text);
    Ok(())
}

#[tokio::test]
async fn on_sqlite_an_account_is_made_with_its_role_or_not_at_all() -> anyhow::Result<()> {
    let mut instance = Instance::make(&Setting::default())?;
    in_sqlite(&instance, SQLITE_REFUSE).await?;
    demand_no_account(&mut instance).await?;
    in_sqlite(&instance, SQLITE_TAKE).await?;
    demand_account(&mut instance).await
}

#[tokio::test]
async fn on_postgres_an_account_is_made_with_its_role_or_not_at_all() -> anyhow::Result<()> {
    let database = Database::create().await?;
    let setting = Setting { database: Some(database.url().to_owned()), ..Setting::default() };
    let mut instance = Instance::make(&setting)?;
    in_postgres(&database, POSTGRES_REFUSE).await?;
    demand_no_account(&mut instance).await?;
    in_postgres(&database, POSTGRES_TAKE).await?;
    demand_account(&mut instance).await
}

/// Who founds a cooperative that is still to be has no role anywhere; a role without its scope is none.
#[tokio::test]
async fn an_account_may_have_no_role_yet() -> anyhow::Result<()> {
    let mut instance = Instance::make(&Setting::default())?;
    let add = Tiwizi::words("user add --password-stdin").data(instance.data()).input(PASSWORD);
    add.option("--email", "founder@tests.invalid").succeed()?;
    instance.serve()?;
    let administrator = instance.administrator().await?;
    let form =
        |role, scope| [("name", "Fadma"), ("email", EMAIL), ("password", PASSWORD), ("role", role), ("scope", scope)];
    administrator.submit(ACCOUNTS, &form("member", "")).await?.expect(422)?;
    administrator.submit(ACCOUNTS, &form("", "")).await?.expect(303)?;
    let accounts = administrator.get("/api/v1/accounts").await?.expect(200)?;
    for email in [EMAIL, "founder@tests.invalid"] {
        let account = accounts.items().into_iter().find(|account| text(account, "/email") == email);
        ensure!(account.is_some_and(|account| text(&account, "/grants") == "[]"), "{email}: {}", accounts.text);
        instance.signed_in(email).await?;
    }
    Ok(())
}

/// As `docs/operate.md` says it, also to the first administrator.
#[tokio::test]
async fn a_lost_password_is_replaced_on_the_command_line() -> anyhow::Result<()> {
    let mut instance = Instance::make(&Setting::default())?;
    Tiwizi::words("user add --password-stdin")
        .data(instance.data())
        .input(PASSWORD)
        .option("--email", EMAIL)
        .succeed()?;
    let listed = Tiwizi::words("user list --json").data(instance.data()).succeed()?.json()?;
    let accounts = listed["accounts"].as_array().cloned().unwrap_or_default();
    let account = accounts.iter().find(|account| account["email"] == EMAIL).map(|account| text(account, "/account"));
    let reset = Tiwizi::words("user reset --json").data(instance.data());
    let reset = reset.option("--account", account.unwrap_or_default()).succeed()?.json()?;
    instance.serve()?;
    ensure!(instance.signed_in(EMAIL).await.is_err(), "the password that was lost still opens the account");
    instance.visitor()?.first_sign_in(EMAIL, &text(&reset, "/secret"), PASSWORD).await?;
    instance.signed_in(EMAIL).await?.get("/api/v1/session").await?.expect(200)?;
    Ok(())
}
