//! `context`: who asks, when and in which language.

use crate::bindings::tiwizi::plugin::context::{CallerKind, CallerView, Host, InstanceView};
use crate::guest::state::CallState;
use crate::whereabouts::Whereabouts;

impl Host for CallState {
    fn request_id(&mut self) -> wasmtime::Result<String> {
        self.count()?;
        Ok(self.request_id.to_string())
    }

    fn language(&mut self) -> wasmtime::Result<String> {
        self.count()?;
        Ok(self.language.tag().to_owned())
    }

    fn caller(&mut self) -> wasmtime::Result<CallerView> {
        self.count()?;
        let caller = &self.caller;
        let mut roles: Vec<String> = caller.roles().iter().map(|grant| grant.role.to_string()).collect();
        roles.sort_unstable();
        roles.dedup();
        Ok(CallerView {
            kind: match (caller.is_system(), caller.account()) {
                (true, _) => CallerKind::System,
                (false, Some(_)) => CallerKind::Account,
                (false, None) => CallerKind::Public,
            },
            account_id: caller.account().map(|id| id.to_string()),
            person: caller.person().map(|id| id.to_string()),
            name: caller.name().unwrap_or_default().to_owned(),
            roles,
        })
    }

    fn now(&mut self) -> wasmtime::Result<u64> {
        self.count()?;
        Ok(u64::try_from(self.ambient.now().0).unwrap_or_default())
    }

    fn deadline_left_ms(&mut self) -> wasmtime::Result<u32> {
        self.count()?;
        Ok(u32::try_from(self.budget.wall_left_ms()).unwrap_or(u32::MAX))
    }

    fn instance(&mut self) -> wasmtime::Result<InstanceView> {
        self.count()?;
        let Whereabouts { id, name, provinces, .. } = &*self.ground.whereabouts;
        let provinces = provinces.iter().map(ToString::to_string).collect();
        Ok(InstanceView { id: id.to_string(), name: name.clone(), provinces })
    }

    fn address(&mut self) -> wasmtime::Result<Option<String>> {
        self.count()?;
        Ok(self.ground.whereabouts.address.clone())
    }

    fn plugin_id(&mut self) -> wasmtime::Result<String> {
        self.count()?;
        Ok(self.plugin.id().to_string())
    }

    fn plugin_version(&mut self) -> wasmtime::Result<String> {
        self.count()?;
        Ok(self.plugin.manifest.version.clone())
    }
}
