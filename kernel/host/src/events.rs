//! Changes of records become events: one reader of the log puts a piece of work into the queue for each subscription that wants to be
//! told, in the transaction of its place.
//!
//! A plugin for which too much waits already is left behind with a place of its own and catches up later, so that it holds up nobody and
//! misses nothing. What followed from too many reactions is not told any more.
//!
//! A plugin that could not be loaded is told all the same: what is put for it waits until it is. One whose very manifest cannot be read gets
//! a place of its own, from which a version that can be read catches up.
//!
//! Invariant: a plugin that has no place of its own was told of everything up to the reader's place.

use tiwizi_model::{KindName, PluginId, Seq, limits};
use tiwizi_records::Records;
use tiwizi_records::manifest::SubscriptionDeclaration;
use tiwizi_records::reader::{Entry, Reader, ReaderError, catch_up, read_between};
use tiwizi_records::review::BoxFuture;
use tiwizi_storage::job::{self, JobId, NewJob, Source};
use tiwizi_storage::{StorageError, WriteTx, cursor};

use crate::capability::Capability;
use crate::guests::Guests;
use crate::host::Host;
use crate::plugin::Plugin;

const READER: &str = "events";

/// Where a plugin stands that was left behind.
fn place_of(plugin: &PluginId) -> String {
    format!("{READER}/{plugin}")
}

impl Host {
    /// Puts everything that the log holds and was not put yet into the queue.
    ///
    /// # Errors
    /// When the database fails; what was put before is kept.
    pub async fn expand_events(&self) -> Result<(), ReaderError> {
        let reader = EventReader { guests: self.guests() };
        catch_up(self.records(), &reader).await?;
        for plugin in self.guests().among(listens) {
            while reader.bring_up(self.records(), &plugin).await? {}
        }
        Ok(())
    }
}

/// Remembers up to where a plugin was told of whose subscriptions nothing is known now.
pub(crate) async fn keep_place(tx: &mut WriteTx, plugin: &PluginId) -> Result<(), StorageError> {
    let place = place_of(plugin);
    if cursor::stored(tx, &place).await?.is_none() {
        let common = cursor::claim(tx, READER).await?;
        cursor::store(tx, &place, common).await?;
    }
    Ok(())
}

struct EventReader<'a> {
    guests: &'a Guests,
}

/// Whether a plugin subscribes to anything and may be told.
fn listens(plugin: &Plugin) -> bool {
    !plugin.manifest.events.is_empty() && plugin.standing().grants.contains(&Capability::Events)
}

/// Whether a plugin may be told of a kind at all. What it then sees of a record is a matter of the kind's own rights.
pub(crate) fn may_know(plugin: &Plugin, kind: &KindName) -> bool {
    kind.namespace() != "registry" || plugin.standing().grants.contains(&Capability::RegistryRead)
}

fn wants(plugin: &Plugin, kind: &KindName) -> bool {
    listens(plugin) && may_know(plugin, kind) && plugin.manifest.events.iter().any(|event| event.topics.contains(kind))
}

fn wanted<'a>(plugin: &'a Plugin, entry: &'a Entry) -> Vec<&'a SubscriptionDeclaration> {
    if !may_know(plugin, &entry.kind) {
        return Vec::new();
    }
    plugin.manifest.events.iter().filter(|event| event.wants(&entry.kind, entry.operation)).collect()
}

impl Reader for EventReader<'_> {
    fn name(&self) -> &str {
        READER
    }

    fn wants(&self, kind: &KindName) -> bool {
        !self.guests.among(|plugin| wants(plugin, kind)).is_empty()
    }

    fn apply<'a>(&'a self, tx: &'a mut WriteTx, entries: &'a [Entry]) -> BoxFuture<'a, Result<(), ReaderError>> {
        Box::pin(async move {
            for plugin in self.guests.among(listens) {
                let place = place_of(plugin.id());
                if cursor::stored(tx, &place).await?.is_some() {
                    continue;
                }
                if let Some(last) = self.tell(tx, &plugin, entries).await? {
                    tracing::warn!(plugin.id = %plugin.id(), log.seq = %last, "too many events wait for a plugin; it is left behind and catches up");
                    cursor::store(tx, &place, last).await?;
                }
            }
            Ok(())
        })
    }
}

impl EventReader<'_> {
    /// Puts what a plugin wants to know of some changes into the queue. When there is no more room, the last place that it was told of.
    async fn tell(&self, tx: &mut WriteTx, plugin: &Plugin, entries: &[Entry]) -> Result<Option<Seq>, StorageError> {
        let mut room = job::room(tx, plugin.id(), limits::PLUGIN_EVENTS_MAX).await?;
        for entry in entries {
            let subscriptions = wanted(plugin, entry);
            let count = i64::try_from(subscriptions.len()).unwrap_or(i64::MAX);
            if count == 0 {
                continue;
            }
            if entry.depth > limits::REACTION_DEPTH_MAX {
                self.guests.too_deep(plugin, &entry.kind.to_string(), "");
                continue;
            }
            if count > room {
                return Ok(Some(Seq(entry.seq.0.saturating_sub(1))));
            }
            room = room.saturating_sub(count);
            for subscription in subscriptions {
                job::put(tx, &self.event(plugin, entry, subscription)).await?;
            }
        }
        Ok(None)
    }

    fn event(&self, plugin: &Plugin, entry: &Entry, subscription: &SubscriptionDeclaration) -> NewJob {
        let now = self.guests.ambient().now();
        NewJob {
            id: JobId(self.guests.ambient().new_uuid()),
            plugin: plugin.id().clone(),
            origin: None,
            source: Source::Change {
                topic: entry.kind.to_string(),
                record: entry.id,
                version: entry.version,
                operation: entry.operation,
            },
            name: subscription.name.clone(),
            key: Some(entry.id.to_string()),
            payload: "null".to_owned(),
            depth: entry.depth,
            created_at: entry.at,
            due_at: now,
            attempts_max: limits::JOB_ATTEMPTS_DEFAULT,
            dedupe_key: None,
        }
    }

    /// Tells a plugin that was left behind some of what it missed, when half of its room is free again. True when there is more to tell now.
    async fn bring_up(&self, records: &Records, plugin: &Plugin) -> Result<bool, ReaderError> {
        let place = place_of(plugin.id());
        let (own, common) = {
            let mut tx = records.db().read().await?;
            let Some(own) = cursor::stored(&mut tx, &place).await? else { return Ok(false) };
            if job::room(&mut tx, plugin.id(), limits::PLUGIN_EVENTS_MAX).await? < limits::PLUGIN_EVENTS_MAX / 2 {
                return Ok(false);
            }
            (own, cursor::find(&mut tx, READER).await?)
        };
        let entries = read_between(records, |kind| wants(plugin, kind), own, common).await?;
        let mut tx = records.db().begin_write().await?;
        // Both places are held: the common one does not move on while this plugin joins it.
        if cursor::claim(&mut tx, READER).await? < common || cursor::claim(&mut tx, &place).await? != own {
            return Ok(false);
        }
        let told = self.tell(&mut tx, plugin, &entries.items).await?;
        let reached = told.unwrap_or(entries.up_to);
        let joins = told.is_none() && reached == cursor::find(&mut tx, READER).await?;
        if joins {
            cursor::forget(&mut tx, &place).await?;
        } else {
            cursor::store(&mut tx, &place, reached).await?;
        }
        tx.commit().await?;
        Ok(told.is_none() && !joins)
    }
}
