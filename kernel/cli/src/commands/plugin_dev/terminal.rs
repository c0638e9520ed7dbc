//! What is shown while somebody works on a plugin: each request with what it did.

use std::collections::{HashMap, VecDeque};

use tiwizi_host::CallTrace;
use tiwizi_server::SeenRequest;

use crate::outcome;

/// Requests whose traces are remembered until they are answered.
const WAITING_MAX: usize = 1_000;

/// Joins the traces of calls with the requests that they belong to.
#[derive(Debug, Default)]
pub(super) struct Terminal {
    traces: HashMap<String, Vec<CallTrace>>,
    order: VecDeque<String>,
}

impl Terminal {
    /// Keeps a trace until its request is answered. One that belongs to no request is shown at once, if it has something to show.
    pub(super) fn traced(&mut self, trace: CallTrace) {
        if trace.export != "http-handler.handle" {
            if trace.counts.is_empty() && trace.failure.is_none() {
                return;
            }
            outcome::complain(&format!("      {}{}", trace.export, said(&trace)));
            denials(&trace).iter().for_each(|line| outcome::complain(line));
            return;
        }
        let id = trace.request_id.to_string();
        self.order.push_back(id.clone());
        self.traces.entry(id).or_default().push(trace);
        while self.order.len() > WAITING_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.traces.remove(&oldest);
            }
        }
    }

    /// Shows a request that was answered.
    pub(super) fn answered(&mut self, seen: &SeenRequest) {
        let traces = self.traces.remove(&seen.id).unwrap_or_default();
        self.order.retain(|id| *id != seen.id);
        // Styles and pictures of the frame say nothing about the plugin.
        if traces.is_empty() && seen.status < 400 {
            return;
        }
        let mut line =
            format!("{} {:4} {}  {:.1} ms", seen.status, seen.method, seen.path, seen.took.as_secs_f64() * 1000.0);
        traces.iter().for_each(|trace| line.push_str(&said(trace)));
        outcome::complain(&line);
        traces.iter().flat_map(denials).for_each(|line| outcome::complain(&line));
    }
}

/// The cost and the host calls of one call.
fn said(trace: &CallTrace) -> String {
    let calls: Vec<String> = trace.counts.iter().map(|(name, count)| format!("{name} {}", count.calls)).collect();
    let failure = trace.failure.as_ref().map(|failure| format!("  {failure}")).unwrap_or_default();
    format!(
        "  cpu {:.1} ms, {} KiB  [{}]{failure}",
        trace.cpu.as_secs_f64() * 1000.0,
        trace.memory_bytes.div_ceil(1024),
        calls.join(", ")
    )
}

fn denials(trace: &CallTrace) -> Vec<String> {
    let mut lines: Vec<String> = trace
        .calls
        .iter()
        .filter_map(|call| {
            let missing = call.missing.as_ref()?;
            Some(format!(
                "      denied: {} needs {missing}, which the manifest does not ask for or nobody granted",
                call.name
            ))
        })
        .collect();
    lines.dedup();
    lines
}
