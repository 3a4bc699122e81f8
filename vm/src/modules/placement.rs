//! What gets a place in a chunk, and when: modules that will be evaluated, together with what they need.
//!
//! What is linked and not needed stays without a place, and so costs a realm nothing.

use std::collections::HashSet;

use super::chunks::group_of;
use super::graph::ModuleGraph;
use super::needs;
use super::record::{Demand, Kind, ModuleId, Step};

impl ModuleGraph {
    /// Places `root` and everything that must be evaluated to have its whole namespace: `root` alone, since no other file shares a
    /// test file; CommonJS when it is asked for.
    pub(super) fn place(&mut self, root: ModuleId) {
        let order = self.needed_below(root);
        let mut seen = HashSet::from([root]);
        let is_new = |id: &ModuleId| {
            let record = &self.records[*id as usize];
            let is_static = record.is_esm() || matches!(record.kind, Kind::Json | Kind::Text);
            is_static && record.place.is_none() && seen.insert(*id)
        };
        let mut shared: Vec<ModuleId> = order.into_iter().filter(is_new).collect();
        // Stable: what is evaluated together stays together within its package.
        shared.sort_by_cached_key(|&id| group_of(&self.records[id as usize]));
        self.chunks.pack(&mut self.records, &shared);
        if self.records[root as usize].place.is_none() {
            self.chunks.pack(&mut self.records, &[root]);
        }
    }

    /// Modules that completing `root` evaluates and nothing has asked for yet, in order of evaluation. They count as asked for from
    /// here on.
    fn needed_below(&mut self, root: ModuleId) -> Vec<ModuleId> {
        let mut order = Vec::new();
        let mut path: Vec<(ModuleId, Vec<Step>)> = Vec::new();
        self.descend(&mut path, &mut order, Step::Complete(root));
        while let Some((id, steps)) = path.last_mut() {
            let id = *id;
            match steps.pop() {
                Some(step) => self.descend(&mut path, &mut order, step),
                None => {
                    path.pop();
                    order.push(id);
                }
            }
        }
        order
    }

    fn descend(&mut self, path: &mut Vec<(ModuleId, Vec<Step>)>, order: &mut Vec<ModuleId>, step: Step) {
        let (id, demand) = match step {
            Step::Run(id) => (id, Demand::Body),
            Step::Complete(id) => (id, Demand::Whole),
        };
        let known = self.records[id as usize].demand;
        if known >= demand {
            return;
        }
        self.records[id as usize].demand = demand;
        if !self.records[id as usize].is_esm() {
            order.push(id);
            return;
        }
        self.know_needs(id);
        let needs = self.records[id as usize]
            .link
            .as_ref()
            .and_then(|link| link.needs.as_ref());
        let mut steps = Vec::new();
        if let Some(needs) = needs {
            if known == Demand::None {
                steps.extend_from_slice(&needs.steps);
            }
            if demand == Demand::Whole {
                steps.extend_from_slice(&needs.rest);
            }
        }
        steps.reverse();
        path.push((id, steps));
    }

    pub(super) fn know_needs(&mut self, id: ModuleId) {
        if self.records[id as usize]
            .link
            .as_ref()
            .is_none_or(|link| link.needs.is_some())
        {
            return;
        }
        let needs = needs::of(&self.records, id, &mut self.cycle_entries);
        if let Some(link) = &mut self.records[id as usize].link {
            link.needs = Some(needs);
        }
    }
}
