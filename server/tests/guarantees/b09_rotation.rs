//! B9: a new secret replaces the old one at the first sign-in with it, whatever happens in between.

use crate::{
    guarantees::common::{Dice, is_in, proven, tables, try_sign_in},
    support::TestApp,
};
use domain::{BreakGlassId, break_glass::Holdings};

on_both!(b09_a_new_secret_replaces_the_old_one_when_it_is_used);

const NAME: &str = "gate-7f3k";
const WALKS: usize = 6;
const STEPS: usize = 12;

/// The secrets that should open the account.
struct Model {
    id: BreakGlassId,
    present: String,
    next: Option<String>,
    dead: Vec<String>,
    codes: Vec<String>,
    dead_codes: Vec<String>,
    proven: bool,
    sessions: Vec<String>,
    generation: i64,
}

async fn b09_a_new_secret_replaces_the_old_one_when_it_is_used(app: TestApp) {
    let mut dice = Dice::of_environment();
    for walk in 0..WALKS {
        let name = format!("{NAME}-000{walk}");
        let sheet = app.sheet(&name).await;
        let id = holdings(&app, &name).await.account.id;
        let codes = sheet.codes.iter().map(|code| code.reveal().to_owned()).collect();
        let present = sheet.secret.reveal().to_owned();
        let (dead, dead_codes, sessions) = Default::default();
        let mut model =
            Model { id, present, next: None, dead, codes, dead_codes, proven: false, sessions, generation: 1 };
        for _ in 0..STEPS {
            model.step(&app, &name, &mut dice).await;
            model.check(&app, &name).await;
        }
    }
}

async fn holdings(app: &TestApp, name: &str) -> Holdings {
    let accounts = app.host.break_glass().await.unwrap();
    accounts.into_iter().find(|found| found.account.name == name).unwrap()
}

impl Model {
    async fn step(&mut self, app: &TestApp, name: &str, dice: &mut Dice) {
        match dice.below(6) {
            0..2 => self.rotate(app, dice).await,
            2 => {
                let cookie = try_sign_in(app, name, &self.present).await.unwrap();
                self.proven |= self.next.is_none();
                self.sessions.push(cookie);
            }
            3 => {
                let Some(next) = self.next.take() else { return };
                // A session of the old secret, which ends with that.
                let last = try_sign_in(app, name, &self.present).await.unwrap();
                assert!(is_in(app, &last).await);
                self.sessions.push(last);
                let cookie = try_sign_in(app, name, &next).await.unwrap();
                for ended in self.sessions.drain(..) {
                    assert!(!is_in(app, &ended).await);
                }
                self.dead.push(std::mem::replace(&mut self.present, next));
                self.sessions.push(cookie);
                (self.proven, self.generation) = (true, self.generation + 1);
                assert_eq!(devices(app, self.id).await, 1, "only the browser of this sign-in is known");
            }
            4 => {
                let Some(dead) = self.dead.pop() else { return };
                assert!(try_sign_in(app, name, &dead).await.is_none());
                self.dead.push(dead);
                self.sessions.clear();
            }
            _ => {
                let Some(code) = self.codes.pop() else { return };
                self.sessions.push(try_sign_in(app, name, &code).await.unwrap());
                self.dead_codes.push(code);
            }
        }
    }

    async fn rotate(&mut self, app: &TestApp, dice: &mut Dice) {
        let administrator = proven(app, &format!("spare-{}-0000", dice.below(usize::MAX))).await;
        let sheet = app.console_of(administrator).rotate_break_glass(self.id).await.unwrap();
        // A new secret that was never used is replaced, and never works.
        self.dead.extend(self.next.replace(sheet.secret.reveal().to_owned()));
        self.dead_codes.append(&mut self.codes);
        self.codes = sheet.codes.iter().map(|code| code.reveal().to_owned()).collect();
        self.proven = false;
    }

    async fn check(&mut self, app: &TestApp, name: &str) {
        let found = holdings(app, name).await;
        assert_eq!(found.account.is_proven(app.env.now()), self.proven);
        assert_eq!(found.account.generation, self.generation);
        assert_eq!(found.account.next_hash.is_some(), self.next.is_some());
        assert_eq!(found.codes, self.codes.len() as u64);
        if let Some(code) = self.dead_codes.pop() {
            assert!(try_sign_in(app, name, &code).await.is_none(), "a code of an older sheet, or a used one");
            self.sessions.clear();
        }
    }
}

async fn devices(app: &TestApp, id: BreakGlassId) -> usize {
    let id = id.to_string();
    let bytes = id.replace('-', "").to_uppercase();
    let rows = &tables(app).await["break_glass_devices"];
    rows.iter().filter(|row| [id.clone(), format!("X'{bytes}'")].iter().any(|id| row["account"] == id.as_str())).count()
}
