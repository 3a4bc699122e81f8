//! Linking: which binding every import and export means, import cycles, and top-level await.
//!
//! Works on loaded records whose requests are resolved. All of it depends on what lies below a module alone, never on
//! who asked first, so that the result holds in every realm.
//!
//! What the specification makes an error and real projects contain is let through: a name re-exported by a TypeScript file
//! may be a type and is then simply absent.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::diagnostic::Diagnostic;
use super::record::{Dep, Export, Link, ModuleId, Origin, Record};
use super::transpile::{NameUse, ParamKind};

/// What a lookup of an exported name found.
enum Lookup {
    Found(Origin),
    Ambiguous,
    Missing,
}

/// Links everything reachable from `root` that is not linked yet.
///
/// # Errors
///
/// The first import or re-export of a name that does not exist.
pub fn link(records: &mut [Record], root: ModuleId) -> Result<(), Box<Diagnostic>> {
    for component in components(records, root) {
        link_component(records, &component)?;
    }
    Ok(())
}

fn is_pending(records: &[Record], id: ModuleId) -> bool {
    let record = &records[id as usize];
    record.is_esm() && record.link.is_none()
}

/// Strongly connected components of the ES modules below `root`, dependencies first (Tarjan, without recursion: chains of
/// imports can be long).
fn components(records: &[Record], root: ModuleId) -> Vec<Vec<ModuleId>> {
    let mut state = Components {
        index: vec![0; records.len()],
        low: vec![0; records.len()],
        ..Components::default()
    };
    if is_pending(records, root) {
        state.run(records, root);
    }
    state.found
}

#[derive(Default)]
struct Components {
    /// 0: unvisited; `u32::MAX`: done.
    index: Vec<u32>,
    low: Vec<u32>,
    next: u32,
    stack: Vec<ModuleId>,
    found: Vec<Vec<ModuleId>>,
}

impl Components {
    fn run(&mut self, records: &[Record], root: ModuleId) {
        let mut path: Vec<(ModuleId, usize)> = Vec::new();
        self.enter(root);
        path.push((root, 0));
        while let Some((id, edge)) = path.last_mut() {
            let id = *id;
            let Some(dep) = records[id as usize].deps.get(*edge) else {
                path.pop();
                self.leave(id);
                if let Some((parent, _)) = path.last() {
                    let parent = *parent as usize;
                    self.low[parent] = self.low[parent].min(self.low[id as usize]);
                }
                continue;
            };
            *edge += 1;
            let Dep::Module(target) = dep else { continue };
            let target = *target;
            if !is_pending(records, target) {
                continue;
            }
            match self.index[target as usize] {
                0 => {
                    self.enter(target);
                    path.push((target, 0));
                }
                u32::MAX => {}
                index => self.low[id as usize] = self.low[id as usize].min(index),
            }
        }
    }

    fn enter(&mut self, id: ModuleId) {
        self.next += 1;
        self.index[id as usize] = self.next;
        self.low[id as usize] = self.next;
        self.stack.push(id);
    }

    fn leave(&mut self, id: ModuleId) {
        if self.low[id as usize] != self.index[id as usize] {
            return;
        }
        let start = self.stack.iter().rposition(|&member| member == id).unwrap_or(0);
        let mut members = self.stack.split_off(start);
        for &member in &members {
            // `low` of a finished module must not reach its importers.
            self.index[member as usize] = u32::MAX;
            self.low[member as usize] = u32::MAX;
        }
        members.sort_unstable();
        self.found.push(members);
    }
}

fn link_component(records: &mut [Record], members: &[ModuleId]) -> Result<(), Box<Diagnostic>> {
    let self_import = |id: ModuleId| records[id as usize].deps.contains(&Dep::Module(id));
    let is_cycle = members.len() > 1 || self_import(members[0]);
    let mut links = Vec::with_capacity(members.len());
    for &id in members {
        let (table, via) = build_table(records, id, is_cycle)?;
        let dynamic_stars = dynamic_stars(records, id);
        let record = &records[id as usize];
        let open = !dynamic_stars.is_empty() || record.transpiled.as_ref().is_some_and(|code| code.common_js.exports);
        links.push(Link {
            table,
            dynamic_stars,
            open,
            cycle: if is_cycle { members.to_vec() } else { Vec::new() },
            is_async: false,
            checked_names: Vec::new(),
            via,
            needs: None,
        });
    }
    let is_async = members.iter().any(|&id| awaits(records, id));
    for (&id, mut link) in members.iter().zip(links) {
        link.is_async = is_async;
        records[id as usize].link = Some(link);
    }
    for &id in members {
        match check_imports(records, id) {
            Ok(checked) => {
                if let Some(link) = &mut records[id as usize].link {
                    link.checked_names = checked;
                }
            }
            Err(error) => {
                for &member in members {
                    records[member as usize].link = None;
                }
                return Err(error);
            }
        }
    }
    Ok(())
}

fn awaits(records: &[Record], id: ModuleId) -> bool {
    let record = &records[id as usize];
    record.transpiled.as_ref().is_some_and(|code| code.top_level_await)
        || record.deps.iter().any(|dep| match dep {
            Dep::Module(id) => records[*id as usize].link.as_ref().is_some_and(|link| link.is_async),
            Dep::Builtin(_) => false,
        })
}

/// Requests of `export *` whose names are known after evaluation only.
fn dynamic_stars(records: &[Record], id: ModuleId) -> Vec<usize> {
    let record = &records[id as usize];
    let stars = record.transpiled.iter().flat_map(|code| &code.stars);
    stars
        .map(|(request, _)| *request)
        .filter(|&request| is_open(records, &record.deps[request]))
        .collect()
}

/// Whether a module may have exports that no table lists.
fn is_open(records: &[Record], dep: &Dep) -> bool {
    let Dep::Module(id) = dep else { return true };
    let record = &records[*id as usize];
    match (&record.transpiled, &record.link) {
        (Some(_), Some(link)) if record.is_esm() => link.open,
        (Some(code), None) if record.is_esm() => code.common_js.exports,
        _ => true,
    }
}

type Table = BTreeMap<Arc<str>, Export>;
type Via = HashMap<Arc<str>, (usize, Option<Arc<str>>)>;

fn build_table(records: &[Record], id: ModuleId, is_cycle: bool) -> Result<(Table, Via), Box<Diagnostic>> {
    let (mut table, mut via) = (BTreeMap::new(), HashMap::new());
    let Some(code) = &records[id as usize].transpiled else {
        return Ok((table, via));
    };
    for export in &code.exports {
        let name: Arc<str> = Arc::from(export.name.as_str());
        let origin = Origin {
            from: Dep::Module(id),
            name: Some(name.clone()),
            live: export.live,
        };
        table.insert(name, Export::Found(origin));
    }
    for reexport in &code.reexports {
        let dep = &records[id as usize].deps[reexport.request];
        match lookup(records, dep, reexport.imported.as_deref(), &mut HashSet::new()) {
            Lookup::Found(origin) => {
                let name: Arc<str> = Arc::from(reexport.name.as_str());
                via.insert(
                    name.clone(),
                    (reexport.request, reexport.imported.as_deref().map(Arc::from)),
                );
                table.insert(name, Export::Found(origin));
            }
            // It may be a type. Whoever imports it as a value gets the error.
            Lookup::Missing if code.typescript => {}
            Lookup::Missing | Lookup::Ambiguous => {
                let name = NameUse {
                    name: reexport.imported.clone().unwrap_or_default(),
                    span: reexport.span,
                };
                return Err(missing(&records[id as usize], reexport.request, &name, false));
            }
        }
    }
    if is_cycle {
        add_star_names_of_cycle(records, id, &mut table);
    } else {
        add_star_names(records, id, &mut table, &mut via);
    }
    Ok((table, via))
}

/// `export *` from modules that are all linked: the union of their tables.
fn add_star_names(records: &[Record], id: ModuleId, table: &mut Table, via: &mut Via) {
    let record = &records[id as usize];
    let own: HashSet<Arc<str>> = if record_has_stars(record) {
        table.keys().cloned().collect()
    } else {
        return;
    };
    for (request, _) in record.transpiled.iter().flat_map(|code| &code.stars) {
        let Dep::Module(target) = record.deps[*request] else {
            continue;
        };
        let Some(link) = &records[target as usize].link else {
            continue;
        };
        for (name, export) in &link.table {
            if &**name == "default" || own.contains(name) {
                continue;
            }
            match table.get(name) {
                Some(Export::Ambiguous) => {}
                Some(known) if !same_binding(known, export) => {
                    table.insert(name.clone(), Export::Ambiguous);
                }
                Some(_) => {}
                None => {
                    via.insert(name.clone(), (*request, Some(name.clone())));
                    table.insert(name.clone(), export.clone());
                }
            }
        }
    }
}

fn record_has_stars(record: &Record) -> bool {
    record.transpiled.as_ref().is_some_and(|code| !code.stars.is_empty())
}

fn same_binding(a: &Export, b: &Export) -> bool {
    match (a, b) {
        (Export::Found(a), Export::Found(b)) => a.from == b.from && a.name == b.name,
        _ => false,
    }
}

/// `export *` inside of a cycle: name by name, as the specification does it.
fn add_star_names_of_cycle(records: &[Record], id: ModuleId, table: &mut Table) {
    let mut names = HashSet::new();
    star_names(records, id, &mut names, &mut HashSet::new());
    for name in names {
        if &*name == "default" || table.contains_key(&name) {
            continue;
        }
        let export = match lookup_in_module(records, id, &name, &mut HashSet::new()) {
            Lookup::Found(origin) => Export::Found(origin),
            Lookup::Ambiguous => Export::Ambiguous,
            Lookup::Missing => continue,
        };
        table.insert(name, export);
    }
}

fn star_names(records: &[Record], id: ModuleId, names: &mut HashSet<Arc<str>>, seen: &mut HashSet<ModuleId>) {
    let record = &records[id as usize];
    let Some(code) = &record.transpiled else {
        return;
    };
    if !seen.insert(id) {
        return;
    }
    if let Some(link) = &record.link {
        names.extend(link.table.keys().cloned());
        return;
    }
    names.extend(code.exports.iter().map(|export| Arc::from(export.name.as_str())));
    names.extend(code.reexports.iter().map(|export| Arc::from(export.name.as_str())));
    for (request, _) in &code.stars {
        if let Dep::Module(target) = record.deps[*request] {
            star_names(records, target, names, seen);
        }
    }
}

/// The binding behind a name of `dep`; without a name, its namespace.
fn lookup(records: &[Record], dep: &Dep, name: Option<&str>, seen: &mut HashSet<(ModuleId, String)>) -> Lookup {
    let Some(name) = name else {
        return Lookup::Found(Origin {
            from: dep.clone(),
            name: None,
            live: false,
        });
    };
    match dep {
        Dep::Module(id) if records[*id as usize].is_esm() => lookup_in_module(records, *id, name, seen),
        _ => Lookup::Found(Origin {
            from: dep.clone(),
            name: Some(Arc::from(name)),
            live: false,
        }),
    }
}

fn lookup_in_module(records: &[Record], id: ModuleId, name: &str, seen: &mut HashSet<(ModuleId, String)>) -> Lookup {
    let record = &records[id as usize];
    let at_run_time = || {
        Lookup::Found(Origin {
            from: Dep::Module(id),
            name: Some(Arc::from(name)),
            live: true,
        })
    };
    if let Some(link) = &record.link {
        return match link.table.get(name) {
            Some(Export::Found(origin)) => Lookup::Found(origin.clone()),
            Some(Export::Ambiguous) => Lookup::Ambiguous,
            None if link.open => at_run_time(),
            None => Lookup::Missing,
        };
    }
    let Some(code) = &record.transpiled else {
        return Lookup::Missing;
    };
    if !seen.insert((id, name.to_owned())) {
        return Lookup::Missing;
    }
    if let Some(export) = code.exports.iter().find(|export| export.name == name) {
        return Lookup::Found(Origin {
            from: Dep::Module(id),
            name: Some(Arc::from(name)),
            live: export.live,
        });
    }
    if let Some(reexport) = code.reexports.iter().find(|export| export.name == name) {
        return lookup(
            records,
            &record.deps[reexport.request],
            reexport.imported.as_deref(),
            seen,
        );
    }
    let found = lookup_in_stars(records, record, name, seen);
    if matches!(found, Lookup::Missing) && (code.common_js.exports || !dynamic_stars(records, id).is_empty()) {
        return at_run_time();
    }
    found
}

fn lookup_in_stars(records: &[Record], record: &Record, name: &str, seen: &mut HashSet<(ModuleId, String)>) -> Lookup {
    let mut found: Option<Origin> = None;
    for (request, _) in record.transpiled.iter().flat_map(|code| &code.stars) {
        let dep = &record.deps[*request];
        if name == "default"
            || is_open(records, dep) && !matches!(dep, Dep::Module(id) if records[*id as usize].is_esm())
        {
            continue;
        }
        match (lookup(records, dep, Some(name), seen), &found) {
            (Lookup::Found(origin), Some(known)) if known.from != origin.from || known.name != origin.name => {
                return Lookup::Ambiguous;
            }
            (Lookup::Found(origin), _) => found = Some(origin),
            (Lookup::Ambiguous, _) => return Lookup::Ambiguous,
            (Lookup::Missing, _) => {}
        }
    }
    found.map_or(Lookup::Missing, Lookup::Found)
}

/// Checks the names that a module imports; returns, per parameter, those that only run time can check.
fn check_imports(records: &[Record], id: ModuleId) -> Result<Vec<Option<Vec<String>>>, Box<Diagnostic>> {
    let record = &records[id as usize];
    let Some(code) = &record.transpiled else {
        return Ok(Vec::new());
    };
    let mut checked = Vec::with_capacity(code.params.len());
    for param in &code.params {
        let names: &[NameUse] = match &param.kind {
            ParamKind::Named(names) => names,
            ParamKind::Default(name) => std::slice::from_ref(name),
            ParamKind::Namespace(_) => &[],
        };
        let dep = &record.deps[param.request];
        checked.push(check_names(records, record, dep, param.request, names)?);
    }
    Ok(checked)
}

fn check_names(
    records: &[Record],
    record: &Record,
    dep: &Dep,
    request: usize,
    names: &[NameUse],
) -> Result<Option<Vec<String>>, Box<Diagnostic>> {
    let code = record.transpiled.as_ref();
    let lenient = code.is_some_and(|code| code.lenient_imports);
    let target = match dep {
        Dep::Module(id) if records[*id as usize].is_esm() => *id,
        // CommonJS and built-ins show their names when they have run. `default` is always there.
        _ => {
            let names: Vec<String> = names
                .iter()
                .map(|used| used.name.clone())
                .filter(|name| name != "default")
                .collect();
            return Ok((!lenient && !names.is_empty()).then_some(names));
        }
    };
    let mut later = Vec::new();
    for used in names {
        match lookup_in_module(records, target, &used.name, &mut HashSet::new()) {
            Lookup::Found(origin) => {
                let found_here = origin.from != Dep::Module(target)
                    || records[target as usize]
                        .link
                        .as_ref()
                        .is_some_and(|link| link.table.contains_key(used.name.as_str()));
                if !found_here && !lenient {
                    later.push(used.name.clone());
                }
            }
            Lookup::Ambiguous => return Err(missing(record, request, used, true)),
            Lookup::Missing => {
                let is_type = code.is_some_and(|code| code.typescript)
                    && (lenient || is_type_name(records, target, &used.name, &mut HashSet::new()));
                // `import { T } …; export { T }` passes a possible type on and reads nothing.
                let passed_on = code.is_some_and(|code| {
                    code.typescript
                        && code
                            .reexports
                            .iter()
                            .any(|r| r.span == used.span && r.imported.as_deref() == Some(&used.name))
                });
                if !is_type && !passed_on {
                    return Err(missing(record, request, used, false));
                }
            }
        }
    }
    Ok((!later.is_empty()).then_some(later))
}

/// Whether a TypeScript module exports `name` as a type.
fn is_type_name(records: &[Record], id: ModuleId, name: &str, seen: &mut HashSet<ModuleId>) -> bool {
    let record = &records[id as usize];
    let Some(code) = &record.transpiled else {
        return false;
    };
    if !code.typescript || !seen.insert(id) {
        return false;
    }
    let through = code
        .reexports
        .iter()
        .filter(|reexport| reexport.name == name)
        .map(|reexport| reexport.request);
    let mut next = through.chain(code.stars.iter().map(|(request, _)| *request));
    code.type_names.iter().any(|known| known == name)
        // A re-export without a value can only have been a type.
        || code.reexports.iter().any(|reexport| reexport.name == name)
        || next.any(|request| match record.deps[request] {
            Dep::Module(target) => is_type_name(records, target, name, seen),
            Dep::Builtin(_) => false,
        })
}

/// The error of an import whose name was found missing only at run time.
#[must_use]
pub fn missing_import(record: &Record, request: usize, name: &str) -> Box<Diagnostic> {
    let params = record
        .transpiled
        .iter()
        .flat_map(|code| &code.params)
        .filter(|param| param.request == request);
    let uses = params.flat_map(|param| match &param.kind {
        ParamKind::Named(names) => names.as_slice(),
        ParamKind::Default(name) => std::slice::from_ref(name),
        ParamKind::Namespace(_) => &[],
    });
    let used = uses.into_iter().find(|used| used.name == name).cloned();
    let used = used.unwrap_or_else(|| NameUse {
        name: name.to_owned(),
        span: (0, 0),
    });
    missing(record, request, &used, false)
}

fn missing(record: &Record, request: usize, used: &NameUse, ambiguous: bool) -> Box<Diagnostic> {
    let Some(code) = &record.transpiled else {
        return Box::new(Diagnostic::new(
            "SyntaxError",
            None,
            format!("no export named '{}'", used.name),
        ));
    };
    let specifier = &code.requests[request].specifier;
    let message = if ambiguous {
        format!(
            "The requested module '{specifier}' contains conflicting star exports for name '{}'",
            used.name
        )
    } else {
        format!(
            "The requested module '{specifier}' does not provide an export named '{}'",
            used.name
        )
    };
    let mut diagnostic = Diagnostic::new("SyntaxError", None, message).in_file(&record.key.path);
    diagnostic.specifier = Some(specifier.clone());
    Box::new(record.mark(diagnostic, used.span))
}
