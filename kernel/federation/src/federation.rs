//! The federation of one instance: what `App` builds once and hands down.

use std::sync::{Arc, RwLock};

use tiwizi_model::Ambient;
use tiwizi_storage::instance::InstanceRow;
use tiwizi_storage::{Db, StorageError};

use crate::directory::{Here, Roll};
use crate::identity::{IdentityError, NodeKeys};
use crate::settings::Settings;

/// Why the federation of an instance cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its own keys.
    #[error("could not open the keys of this instance in the federation")]
    Keys(#[from] IdentityError),
    /// The database failed.
    #[error("could not read the directory of the federation")]
    Storage(#[from] StorageError),
}

/// What is used at once: keys and directory as they are now.
#[derive(Debug, Clone)]
struct Now {
    keys: Option<Arc<NodeKeys>>,
    roll: Arc<Roll>,
}

/// The federation of an instance.
pub struct Federation {
    db: Db,
    instance: InstanceRow,
    settings: Settings,
    ambient: Ambient,
    now: RwLock<Now>,
}

impl Federation {
    /// Opens it. An instance that takes no part has neither keys nor a directory, and works as well.
    ///
    /// # Errors
    /// When its own keys cannot be opened or the database fails.
    pub async fn open(db: Db, instance: InstanceRow, settings: Settings, ambient: Ambient) -> Result<Self, OpenError> {
        let now = read(&db, &instance, &settings).await?;
        Ok(Self { db, instance, settings, ambient, now: RwLock::new(now) })
    }

    /// Reads keys and directory anew: after a change here, and now and then where several kernels work on one database.
    ///
    /// # Errors
    /// As `open`; what was read before stays in use then.
    pub async fn refresh(&self) -> Result<(), OpenError> {
        let now = read(&self.db, &self.instance, &self.settings).await?;
        // A lock that a panic left behind holds values that are whole all the same.
        *self.now.write().unwrap_or_else(std::sync::PoisonError::into_inner) = now;
        Ok(())
    }

    fn now(&self) -> Now {
        self.now.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// This instance's keys, once it has some.
    #[must_use]
    pub fn keys(&self) -> Option<Arc<NodeKeys>> {
        self.now().keys
    }

    /// Whom this instance knows.
    #[must_use]
    pub fn roll(&self) -> Arc<Roll> {
        self.now().roll
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// This instance.
    #[must_use]
    pub fn instance(&self) -> &InstanceRow {
        &self.instance
    }

    /// The operator's settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The clock and the randomness.
    #[must_use]
    pub fn ambient(&self) -> &Ambient {
        &self.ambient
    }
}

impl std::fmt::Debug for Federation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Federation").field("instance", &self.instance.id).finish_non_exhaustive()
    }
}

async fn read(db: &Db, instance: &InstanceRow, settings: &Settings) -> Result<Now, OpenError> {
    let mut tx = db.read().await?;
    let keys = NodeKeys::load(&mut tx, &instance.key).await?.map(Arc::new);
    let node = keys.as_ref().map(|keys| keys.node());
    let roll = Roll::load(&mut tx, Here { node, instance: instance.id, root: settings.root }).await?;
    Ok(Now { keys, roll: Arc::new(roll) })
}
