//! What must be evaluated before a module's body.
//!
//! Mostly that is what it imports. A module whose package declares `"sideEffects": false` is *sparse*: of what it passes on from
//! others (`export … from`) only what somebody uses is evaluated, and it is itself evaluated only for bindings of its own. So an
//! importer of one name out of a barrel of six hundred modules pays for that one. Everything that is used is still evaluated
//! before its importer's body, in the order of the requests; nothing is evaluated at its first use.
//!
//! A sparse module is completed, and looks then as any other, when its namespace is seen as a whole: `import()`, `require`,
//! `import * as x` unless `x` is only read as `x.name`, `export * from` in a module that is not sparse.
//!
//! Never sparse: the project's own files, members of import cycles, what has top-level await in or below it, modules with exports
//! that only run time tells (`export *` from CommonJS). Works on linked records; what it finds out depends on what lies below a
//! module alone.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::record::{Dep, Export, ModuleId, Needs, Provided, Record, Step};
use super::transpile::{ParamKind, Transpiled};

/// Where import cycles are entered from a sparse module: the module, the cycle's first member; the member that is evaluated first.
pub type CycleEntries = HashMap<(ModuleId, ModuleId), ModuleId>;

/// Whether only what is used of a linked module is evaluated.
#[must_use]
pub fn is_sparse(record: &Record) -> bool {
    let closed = |code: &Transpiled| !code.common_js.exports;
    record.effect_free
        && record.is_esm()
        && record.transpiled.as_ref().is_some_and(closed)
        && record
            .link
            .as_ref()
            .is_some_and(|link| !link.is_async && !link.open && link.cycle.is_empty())
}

/// Whether a module has exports that are not its own.
#[must_use]
pub fn passes_on(code: &Transpiled) -> bool {
    !code.reexports.is_empty() || !code.stars.is_empty()
}

/// What a linked module needs.
pub fn of(records: &[Record], id: ModuleId, cycle_entries: &mut CycleEntries) -> Needs {
    let record = &records[id as usize];
    let Some(code) = record.transpiled.as_ref().filter(|_| record.is_esm()) else {
        return Needs::default();
    };
    let mut collector = Collector {
        records,
        cycle_entries,
        needs: Needs::default(),
        body: HashSet::new(),
        rest: HashSet::new(),
        names: HashSet::new(),
    };
    let sparse = is_sparse(record);
    for (uses, dep) in uses_by_request(code).iter().zip(&record.deps) {
        if let Dep::Module(target) = dep {
            collector.request(sparse, *target, uses, code);
        }
    }
    let mut needs = collector.needs;
    needs.plain = is_plain(&needs, &record.deps);
    needs
}

fn is_plain(needs: &Needs, deps: &[Dep]) -> bool {
    let requests = deps.iter().filter_map(|dep| match dep {
        Dep::Module(id) => Some(Step::Run(*id)),
        Dep::Builtin(_) => None,
    });
    let mut seen = HashSet::new();
    needs.rest.is_empty()
        && needs.provided.is_empty()
        && needs
            .steps
            .iter()
            .copied()
            .eq(requests.filter(|step| seen.insert(*step)))
}

/// What one request is for, by index into the tables of the module.
#[derive(Default, Clone)]
struct Uses {
    params: Vec<usize>,
    reexports: Vec<usize>,
    star: bool,
}

fn uses_by_request(code: &Transpiled) -> Vec<Uses> {
    let mut uses = vec![Uses::default(); code.requests.len()];
    for (index, param) in code.params.iter().enumerate() {
        uses[param.request].params.push(index);
    }
    for (index, reexport) in code.reexports.iter().enumerate() {
        uses[reexport.request].reexports.push(index);
    }
    for (request, _) in &code.stars {
        uses[*request].star = true;
    }
    uses
}

struct Collector<'a> {
    records: &'a [Record],
    cycle_entries: &'a mut CycleEntries,
    needs: Needs,
    body: HashSet<Step>,
    rest: HashSet<Step>,
    /// Names provided so far.
    names: HashSet<(ModuleId, Arc<str>)>,
}

impl Collector<'_> {
    fn request(&mut self, sparse: bool, target: ModuleId, uses: &Uses, code: &Transpiled) {
        let passed_on_only = uses.params.is_empty() && (uses.star || !uses.reexports.is_empty());
        if !is_sparse(&self.records[target as usize]) {
            self.push(sparse && passed_on_only, Step::Run(target));
            return;
        }
        if uses.params.is_empty() && !passed_on_only {
            self.push(false, Step::Complete(target));
        }
        for &param in &uses.params {
            self.param(target, &code.params[param].kind);
        }
        for &reexport in &uses.reexports {
            self.name(sparse, target, code.reexports[reexport].imported.as_deref());
        }
        if uses.star {
            self.push(sparse, Step::Complete(target));
        }
    }

    fn param(&mut self, target: ModuleId, kind: &ParamKind) {
        match kind {
            ParamKind::Named(names) => {
                for used in names {
                    self.provide(target, &used.name);
                }
            }
            ParamKind::Default(used) => self.provide(target, &used.name),
            ParamKind::Namespace(Some(members)) => {
                for name in members {
                    self.provide(target, name);
                }
            }
            ParamKind::Namespace(None) => self.push(false, Step::Complete(target)),
        }
    }

    /// A name that the body reads from the exports object of a sparse module.
    fn provide(&mut self, target: ModuleId, name: &str) {
        self.name(false, target, Some(name));
        let link = self.records[target as usize].link.as_ref();
        let Some((name, Export::Found(origin))) = link.and_then(|link| link.table.get_key_value(name)) else {
            return;
        };
        if origin.from != Dep::Module(target) && self.names.insert((target, name.clone())) {
            self.needs.provided.push(Provided {
                to: target,
                name: name.clone(),
                origin: origin.clone(),
            });
        }
    }

    /// Asks for the module behind a name of a sparse module; without a name, for the namespace.
    fn name(&mut self, rest: bool, target: ModuleId, name: Option<&str>) {
        let Some(name) = name else {
            self.push(rest, Step::Complete(target));
            return;
        };
        if let Some(step) = self.behind(target, name) {
            self.push(rest, step);
        }
    }

    /// Follows a name through sparse modules to the first one that must run for it. None for built-ins and for names that are
    /// types.
    fn behind(&mut self, mut target: ModuleId, name: &str) -> Option<Step> {
        let mut name: Arc<str> = Arc::from(name);
        loop {
            let record = &self.records[target as usize];
            let link = record.link.as_ref()?;
            let Some(Export::Found(_)) = link.table.get(&name) else {
                return None;
            };
            let Some((request, there)) = link.via.get(&name) else {
                return Some(Step::Run(target));
            };
            let Dep::Module(next) = record.deps[*request] else {
                return None;
            };
            if !is_sparse(&self.records[next as usize]) {
                return Some(Step::Run(self.entry_of(target, next)));
            }
            let Some(there) = there else {
                return Some(Step::Complete(next));
            };
            (target, name) = (next, there.clone());
        }
    }

    /// The member by which the evaluation of `from` as a whole would enter the cycle of `member`: a cycle entered elsewhere may read
    /// bindings before they are there.
    fn entry_of(&mut self, from: ModuleId, member: ModuleId) -> ModuleId {
        let records = self.records;
        let cycle = records[member as usize]
            .link
            .as_ref()
            .map_or(&[][..], |link| &link.cycle);
        let Some(&first) = cycle.first() else {
            return member;
        };
        *self
            .cycle_entries
            .entry((from, first))
            .or_insert_with(|| first_reached(records, from, cycle).unwrap_or(member))
    }

    fn push(&mut self, rest: bool, step: Step) {
        let (seen, list) = if rest {
            (&mut self.rest, &mut self.needs.rest)
        } else {
            (&mut self.body, &mut self.needs.steps)
        };
        if seen.insert(step) {
            list.push(step);
        }
    }
}

/// The first of `wanted` (sorted) that is met when everything below `from` is visited in order.
fn first_reached(records: &[Record], from: ModuleId, wanted: &[ModuleId]) -> Option<ModuleId> {
    let mut seen = HashSet::from([from]);
    let mut waiting = vec![from];
    while let Some(id) = waiting.pop() {
        if wanted.binary_search(&id).is_ok() {
            return Some(id);
        }
        for dep in records[id as usize].deps.iter().rev() {
            if let Dep::Module(next) = dep
                && !seen.contains(next)
            {
                waiting.push(*next);
            }
        }
        seen.insert(id);
    }
    None
}
