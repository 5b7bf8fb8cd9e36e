//! The steps of `cargo xtask test`.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::bundle::bundle;
use crate::postgres::Postgres;
use crate::project::{Profile, Project, find_in_path, output, run};
use crate::{circles, conformance, faults, names, prepare, register, setup};

/// Everything but xtask, whose dependencies bring features that would cause the shared crates to be built again.
const PACKAGES: &str = "--workspace --exclude xtask";

/// The outcome of a step that did not fail.
pub(crate) enum Outcome {
    /// It passed.
    Passed,
    /// It was not run, for this reason.
    Skipped(&'static str),
}

/// What steps pass on to later ones.
pub(crate) struct Context {
    /// The work tree.
    pub(crate) project: Project,
    postgres: Option<Postgres>,
}

/// One step.
pub(crate) struct Step {
    /// The name on the command line.
    pub(crate) name: &'static str,
    /// Steps that must run before it, by name.
    pub(crate) needs: &'static [&'static str],
    /// Finds or installs the tools that it needs, so that a missing one is reported at once rather than after minutes.
    pub(crate) set_up: fn(&Project) -> Result<()>,
    /// Runs it.
    pub(crate) run: fn(&mut Context) -> Result<Outcome>,
}

/// All steps, each after those that it needs, the quick ones first.
pub(crate) const STEPS: [Step; 14] = [
    Step { name: "fmt", needs: &[], set_up: setup::components, run: fmt },
    Step { name: "register", needs: &[], set_up: |_| Ok(()), run: check_register },
    Step { name: "circles", needs: &[], set_up: |_| Ok(()), run: check_circles },
    Step { name: "names", needs: &[], set_up: |_| Ok(()), run: check_names },
    Step { name: "deny", needs: &[], set_up: setup::crates, run: deny },
    Step { name: "bundle", needs: &[], set_up: setup::wasm_target, run: build_bundle },
    Step { name: "postgres", needs: &[], set_up: |_| setup::postgres().map(drop), run: start_postgres },
    // Before the first step that compiles the queries: this step's message says what to do, the compiler's does not.
    Step { name: "queries", needs: &["postgres"], set_up: |_| Ok(()), run: queries },
    Step { name: "clippy", needs: &["bundle"], set_up: setup::components, run: clippy },
    Step { name: "unit", needs: &["bundle", "postgres"], set_up: setup::proxies, run: unit },
    Step { name: "doc", needs: &["bundle"], set_up: |_| Ok(()), run: doc },
    Step { name: "browser", needs: &["bundle", "postgres"], set_up: set_up_browser, run: browser },
    Step { name: "conformance", needs: &["bundle", "postgres"], set_up: |_| setup::python().map(drop), run: conform },
    Step { name: "faults", needs: &["bundle"], set_up: |_| faults::set_up(), run: break_it },
];

/// Enough kills to see that the experiments work; `cargo xtask faults` makes more.
const KILLS: u64 = 4;

impl Context {
    pub(crate) fn new(project: Project) -> Self {
        Self { project, postgres: None }
    }

    fn postgres(&self) -> Result<&Postgres> {
        self.postgres.as_ref().context("Postgres is not running")
    }

    fn cargo(&self, words: &str) -> Result<()> {
        run(&mut self.project.cargo(words))
    }

    /// Passes a test program the path of the server's binary and the Postgres that it may use.
    fn point_at_server<'a>(&self, command: &'a mut Command) -> Result<&'a mut Command> {
        let url = self.postgres()?.url("postgres");
        Ok(command.env("POSTERN_BIN", self.project.binary(Profile::Dev)).env("POSTERN_TEST_POSTGRES", url))
    }
}

fn fmt(context: &mut Context) -> Result<Outcome> {
    // Lists only the names of the files; `cargo fmt` shows the details.
    context.cargo("fmt --check -- -l")?;
    Ok(Outcome::Passed)
}

fn check_register(context: &mut Context) -> Result<Outcome> {
    register::check(&context.project.root)?;
    Ok(Outcome::Passed)
}

fn check_circles(context: &mut Context) -> Result<Outcome> {
    circles::check(&context.project)?;
    Ok(Outcome::Passed)
}

fn check_names(context: &mut Context) -> Result<Outcome> {
    names::check(&context.project.root)?;
    Ok(Outcome::Passed)
}

/// Checks licences, duplicates and sources. The advisories have a command of their own: a commit that passes today must
/// pass tomorrow.
fn deny(context: &mut Context) -> Result<Outcome> {
    if find_in_path("cargo-deny").is_none() {
        return Ok(Outcome::Skipped("cargo-deny is not installed"));
    }
    context.cargo("deny --offline --log-level error check --hide-inclusion-graph bans licenses sources")?;
    Ok(Outcome::Passed)
}

fn build_bundle(context: &mut Context) -> Result<Outcome> {
    bundle(&context.project, Profile::Dev)?;
    Ok(Outcome::Passed)
}

fn start_postgres(context: &mut Context) -> Result<Outcome> {
    context.postgres = Some(Postgres::start()?);
    Ok(Outcome::Passed)
}

fn queries(context: &mut Context) -> Result<Outcome> {
    prepare::prepare_with(&context.project, context.postgres()?, true)?;
    Ok(Outcome::Passed)
}

fn clippy(context: &mut Context) -> Result<Outcome> {
    context.cargo(&format!("clippy {PACKAGES} --all-targets -- -D warnings"))?;
    context.cargo("clippy -p app --features hydrate --target wasm32-unknown-unknown -- -D warnings")?;
    context.cargo("clippy -p xtask --all-targets -- -D warnings")?;
    Ok(Outcome::Passed)
}

fn unit(context: &mut Context) -> Result<Outcome> {
    let url = context.postgres()?.url("postgres");
    run(context.project.cargo(&format!("test {PACKAGES}")).env("POSTERN_TEST_POSTGRES", url))?;
    context.cargo("test -p xtask")?;
    Ok(Outcome::Passed)
}

fn doc(context: &mut Context) -> Result<Outcome> {
    run(context.project.cargo(&format!("doc {PACKAGES} --no-deps")).env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Outcome::Passed)
}

fn set_up_browser(_: &Project) -> Result<()> {
    setup::node()?;
    setup::chromium().map(drop)
}

fn browser(context: &mut Context) -> Result<Outcome> {
    let chromium = setup::chromium()?;
    context.project.build_server(Profile::Dev)?;
    let folder = context.project.root.join("end2end");
    let in_folder = |program: &str, words: &str| {
        let mut command = Command::new(program);
        command.args(words.split_whitespace()).current_dir(&folder);
        command
    };
    // The browser is the installed one.
    output(in_folder("npm", "ci --no-audit --no-fund").env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    run(&mut in_folder("npx", "tsc"))?;
    let mut playwright = in_folder("npx", "playwright test");
    playwright.env("CHROMIUM", chromium).env("POSTERN_TARGET", &context.project.target);
    run(context.point_at_server(&mut playwright)?)?;
    Ok(Outcome::Passed)
}

fn conform(context: &mut Context) -> Result<Outcome> {
    conformance::on_both(&context.project, context.postgres()?)?;
    Ok(Outcome::Passed)
}

fn break_it(context: &mut Context) -> Result<Outcome> {
    faults::start(&context.project, Profile::Dev, &[], KILLS)?;
    Ok(Outcome::Passed)
}
