use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::{Discovered, DiscoveryError, Wanted, discover, discover_any};

/// A project with these files in a folder of its own.
struct Project(TempDir);

impl Project {
    fn new(files: &[&str]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        for file in files {
            let path = project.path(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        project
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    fn discover(&self, arguments: &[&str]) -> Result<Discovered, DiscoveryError> {
        discover(self.root(), by_paths(&owned(arguments)))
    }

    /// What is found, relative to the root.
    fn find(&self, arguments: &[&str]) -> Vec<String> {
        let found = self
            .discover(arguments)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
        self.show(&found)
    }

    fn show(&self, found: &Discovered) -> Vec<String> {
        let show = |path: &PathBuf| {
            assert!(path.is_absolute());
            path.strip_prefix(self.root())
                .unwrap_or(path)
                .to_string_lossy()
                .into_owned()
        };
        found.files.iter().map(show).collect()
    }

    fn refusal(&self, arguments: &[&str]) -> (String, u8) {
        match self.discover(arguments) {
            Ok(found) => panic!("{arguments:?} found {found:?}"),
            Err(error) => (error.to_string(), error.exit_code().code()),
        }
    }
}

fn by_paths(paths: &[String]) -> Wanted<'_> {
    Wanted { paths, patterns: &[] }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn everything_without_arguments() {
    let project = Project::new(&[
        "b.test.ts",
        "a/z_spec.js",
        "a/__tests__/x.mts",
        ".hidden/h.test.js",
        "build/out.test.js",
        "src/index.ts",
        "node_modules/p/p.test.js",
        "a/node_modules/p/p.test.js",
        ".git/g.test.js",
        "types.test.d.ts",
        ".gitignore",
    ]);
    fs::write(project.path(".gitignore"), "build\n").unwrap();
    assert_eq!(
        project.find(&[]),
        [
            ".hidden/h.test.js",
            "a/__tests__/x.mts",
            "a/z_spec.js",
            "b.test.ts",
            "build/out.test.js"
        ]
    );
}

#[test]
fn the_order_is_that_of_bytes() {
    let project = Project::new(&[
        "a/b.test.js",
        "a-b.test.js",
        "a.test.js",
        "B.test.js",
        "a/a.test.js",
        "é.test.js",
    ]);
    assert_eq!(
        project.find(&[]),
        [
            "B.test.js",
            "a-b.test.js",
            "a.test.js",
            "a/a.test.js",
            "a/b.test.js",
            "é.test.js"
        ]
    );
}

#[test]
fn an_existing_file_always_runs() {
    let project = Project::new(&["plain.txt", "src/a.ts", "node_modules/p/p.test.js", "app/[id].test.ts"]);
    for file in ["plain.txt", "src/a.ts", "node_modules/p/p.test.js", "app/[id].test.ts"] {
        assert_eq!(project.find(&[file]), [file]);
    }
    assert_eq!(project.find(&["./src/../src/./a.ts"]), ["src/a.ts"]);
    assert_eq!(
        project.find(&[project.path("src/a.ts").to_str().unwrap()]),
        ["src/a.ts"]
    );
}

#[test]
fn a_folder_is_walked() {
    let project = Project::new(&[
        "x/a.test.js",
        "x/y/b.test.js",
        "x/c.js",
        "z.test.js",
        "node_modules/p/p.test.js",
    ]);
    for folder in ["x", "x/", "./x"] {
        assert_eq!(project.find(&[folder]), ["x/a.test.js", "x/y/b.test.js"]);
    }
    assert_eq!(project.find(&["node_modules/p"]), ["node_modules/p/p.test.js"]);
    assert_eq!(project.find(&["node_modules"]), ["node_modules/p/p.test.js"]);
    assert_eq!(project.find(&["."]), ["x/a.test.js", "x/y/b.test.js", "z.test.js"]);
}

#[test]
fn a_glob_matches_runnable_files_from_the_root() {
    let project = Project::new(&[
        "t/a.ts",
        "t/b.test.ts",
        "t/c.md",
        "t/types.d.ts",
        "t/deep/d.ts",
        "u/a.ts",
        "node_modules/p/a.ts",
    ]);
    assert_eq!(project.find(&["t/*"]), ["t/a.ts", "t/b.test.ts"]);
    assert_eq!(project.find(&["./t/*.ts"]), ["t/a.ts", "t/b.test.ts"]);
    assert_eq!(project.find(&["**/a.ts"]), ["t/a.ts", "u/a.ts"]);
    assert_eq!(project.find(&["t/**/*.ts"]), ["t/a.ts", "t/b.test.ts", "t/deep/d.ts"]);
    assert_eq!(project.find(&["{t,u}/a.ts"]), ["t/a.ts", "u/a.ts"]);
    assert_eq!(project.find(&["t/[a-b].ts"]), ["t/a.ts"]);
    assert_eq!(project.find(&["?/a.ts"]), ["t/a.ts", "u/a.ts"]);
    assert_eq!(project.find(&["node_modules/p/*.ts"]), ["node_modules/p/a.ts"]);
    assert_eq!(
        project.find(&[&format!("{}/u/*", project.root().display())]),
        ["u/a.ts"]
    );
    assert_eq!(project.find(&["t/../u/*"]), ["u/a.ts"]);
}

#[test]
fn a_glob_of_folders_walks_them() {
    let project = Project::new(&["p/a/test/x.test.js", "p/b/test/y.test.js", "p/b/test/z.js"]);
    assert_eq!(
        project.find(&["p/*/test"]),
        ["p/a/test/x.test.js", "p/b/test/y.test.js"]
    );
}

#[test]
fn what_only_looks_like_a_glob_is_a_part_of_paths() {
    let project = Project::new(&["app/[id]/page.test.ts", "app/i/other.test.ts"]);
    assert_eq!(project.find(&["[id]/page"]), ["app/[id]/page.test.ts"]);
    assert_eq!(project.find(&["[id"]), ["app/[id]/page.test.ts"]);
}

#[test]
fn a_part_of_a_path() {
    let project = Project::new(&[
        "src/user/a.test.ts",
        "src/order/user.test.ts",
        "src/user/model.ts",
        "x.test.ts",
    ]);
    assert_eq!(
        project.find(&["user"]),
        ["src/order/user.test.ts", "src/user/a.test.ts"]
    );
    assert_eq!(project.find(&["src/us"]), ["src/user/a.test.ts"]);
    assert_eq!(project.find(&["./src/us"]), ["src/user/a.test.ts"]);
    assert_eq!(project.refusal(&["./user"]).1, 3);
}

#[test]
fn the_root_is_no_part_of_a_path() {
    let project = Project::new(&["a.test.ts"]);
    let name = project.root().file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(project.refusal(&[&name]).1, 3);
}

#[test]
fn several_arguments_are_a_union() {
    let project = Project::new(&["a/x.test.js", "b/y.test.js", "c/z.test.js"]);
    assert_eq!(
        project.find(&["c", "b/*.js", "x.test", "a", "a/x.test.js"]),
        ["a/x.test.js", "b/y.test.js", "c/z.test.js"]
    );
}

#[test]
fn who_matches_nothing_is_named() {
    let project = Project::new(&["tests/alpha.test.js"]);
    let (said, code) = project.refusal(&["tests", "nope"]);
    assert!(said.contains("\"nope\""), "{said}");
    assert_eq!(code, 3);
    let (said, code) = project.refusal(&["src/*.ts"]);
    assert!(said.contains("the glob \"src/*.ts\""), "{said}");
    assert_eq!(code, 3);
    let (said, _) = project.refusal(&["tests/alhpa.test.js"]);
    assert!(said.ends_with("did you mean tests/alpha.test.js?"), "{said}");
    let (said, _) = project.refusal(&["4"]);
    assert!(said.ends_with("--parallel=4"), "{said}");
}

#[test]
fn nothing_there() {
    let project = Project::new(&["src/index.js"]);
    assert_eq!(project.refusal(&[]).1, 3);
    let (said, code) = project.refusal(&["src"]);
    assert!(said.contains("folder \"src\""), "{said}");
    assert_eq!(code, 3);
    assert_eq!(
        discover_any(project.root(), by_paths(&[])).unwrap(),
        Discovered::default()
    );
}

#[test]
fn misses_can_be_fine() {
    let project = Project::new(&["a.test.js"]);
    let found = discover_any(project.root(), by_paths(&owned(&["nope", "a.test"]))).unwrap();
    assert_eq!(project.show(&found), ["a.test.js"]);
}

#[test]
fn a_broken_glob() {
    let project = Project::new(&["a.test.js"]);
    let (said, code) = project.refusal(&["a[.js"]);
    assert!(said.starts_with("invalid glob \"a[.js\""), "{said}");
    assert_eq!(code, 2);
}

#[test]
fn one_file_by_several_ways_runs_once() {
    let project = Project::new(&["real/a.test.js"]);
    symlink("real", project.path("again")).unwrap();
    symlink("a.test.js", project.path("real/b.test.js")).unwrap();
    assert_eq!(project.find(&[]), ["real/a.test.js"]);
    assert_eq!(project.find(&["again"]), ["again/a.test.js"]);
    assert_eq!(project.find(&["again", "real"]), ["again/a.test.js"]);
    assert_eq!(project.find(&["real/a.test.js", "real/b.test.js"]), ["real/a.test.js"]);
}

#[test]
fn links_are_followed_but_not_in_circles_or_to_nowhere() {
    let outside = Project::new(&["o.test.js"]);
    let project = Project::new(&["x/a.test.js"]);
    symlink(project.root(), project.path("x/up")).unwrap();
    symlink("user@host.123", project.path("x/.#a.test.js")).unwrap();
    symlink("self", project.path("x/self")).unwrap();
    symlink(outside.root(), project.path("link")).unwrap();
    let found = project.discover(&[]).unwrap();
    assert_eq!(project.show(&found), ["link/o.test.js", "x/a.test.js"]);
    assert_eq!(found.notes, Vec::<String>::new());
}

#[test]
fn a_link_into_a_skipped_folder_is_followed() {
    let project = Project::new(&["node_modules/p/p.test.js", "a.test.js"]);
    symlink("node_modules/p", project.path("linked")).unwrap();
    assert_eq!(project.find(&[]), ["a.test.js", "linked/p.test.js"]);
}

#[test]
fn folders_that_link_to_one_another_are_walked_once() {
    let names: Vec<String> = (0..12).map(|index| format!("d{index:02}")).collect();
    let files: Vec<String> = names.iter().map(|name| format!("{name}/x.test.js")).collect();
    let project = Project::new(&files.iter().map(String::as_str).collect::<Vec<_>>());
    for from in &names {
        for to in names.iter().filter(|to| *to != from) {
            symlink(format!("../{to}"), project.path(&format!("{from}/to-{to}"))).unwrap();
        }
    }
    assert_eq!(project.find(&[]), files);
}

#[test]
fn unreadable_folders_are_noted() {
    let project = Project::new(&["a.test.js", "locked/b.test.js"]);
    let locked = project.path("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let refused = fs::read_dir(&locked).is_err();
    let all = project.discover(&[]);
    let named = project.discover(&["locked"]);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    // Nothing is locked for root.
    if refused {
        let all = all.unwrap();
        assert_eq!(project.show(&all), ["a.test.js"]);
        let note = format!(
            "failed to read {}, skipped: Permission denied (os error 13)",
            locked.display()
        );
        assert_eq!(all.notes, [note]);
        assert_eq!(named.unwrap_err().exit_code().code(), 4);
    }
}

#[test]
fn outside_of_the_root() {
    let outer = Project::new(&["in/a.test.js", "other/b.test.js", "other/__tests__/c.js"]);
    let root = outer.path("in");
    let found = discover(&root, by_paths(&owned(&["../other", "."]))).unwrap();
    assert_eq!(found.files.len(), 3);
    assert!(found.files.contains(&outer.path("other/b.test.js")));
}

#[test]
fn standing_in_a_tests_folder() {
    let project = Project::new(&["__tests__/a.js"]);
    let root = project.path("__tests__");
    assert_eq!(
        discover(&root, by_paths(&[])).unwrap().files,
        [project.path("__tests__/a.js")]
    );
}

#[test]
fn patterns_match_absolute_paths_of_test_files() {
    let project = Project::new(&["src/a.test.js", "src/b.test.js", "lib/a.test.js", "src/a.js"]);
    let find = |paths: &[&str], pattern: &str| {
        let (paths, patterns) = (owned(paths), owned(&[pattern]));
        let (paths, patterns) = (paths.as_slice(), patterns.as_slice());
        let found = discover(project.root(), Wanted { paths, patterns });
        found.map(|found| project.show(&found))
    };
    assert_eq!(find(&[], "src/.*a\\.test\\.js$").unwrap(), ["src/a.test.js"]);
    assert_eq!(find(&[], "/lib/|/b\\.").unwrap(), ["lib/a.test.js", "src/b.test.js"]);
    assert_eq!(find(&["lib"], "/b\\.").unwrap(), ["lib/a.test.js", "src/b.test.js"]);
    let root = project.root().to_str().unwrap();
    assert_eq!(find(&[], &format!("^{root}/lib")).unwrap(), ["lib/a.test.js"]);
    let nothing = find(&[], "nowhere").unwrap_err();
    assert_eq!(nothing.exit_code().code(), 3);
    assert!(nothing.to_string().contains("--testPathPattern nowhere"));
    let wrong = find(&[], "(open").unwrap_err();
    assert_eq!(wrong.exit_code().code(), 2);
    let said = wrong.to_string();
    assert!(said.contains("\"(open\"") && said.contains("unclosed group"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_file_that_is_escaped_for_a_regular_expression_is_that_file() {
    let project = Project::new(&["src/a-b.test.js", "src/c.test.js"]);
    let escaped = format!("^{}/src/a\\-b\\.test\\.js$", project.root().display()).replace('/', "\\/");
    assert_eq!(project.find(&[&escaped]), ["src/a-b.test.js"]);
    assert_eq!(project.refusal(&["src/x\\.test\\.js"]).1, 3);
}

#[test]
fn words_of_other_runners_get_a_hint() {
    let project = Project::new(&["a.test.js"]);
    assert!(
        project
            .refusal(&["run"])
            .0
            .contains("trun without a PATH runs all tests")
    );
}
