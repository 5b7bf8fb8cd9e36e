//! B1, B3, B14: provisioning can be turned on only while there are proven ways back in, and pages show which these are.

use crate::{
    guarantees::common::{account, proven, proven_accounts, try_sign_in},
    support::TestApp,
};
use domain::{Error, Refusal, console::Console, lockout::Loss};

on_both!(b01_the_switch_needs_two_proven_accounts, b04_codes_are_good_once, b14_the_meter_shows_who_would_get_in);

async fn b01_the_switch_needs_two_proven_accounts(app: TestApp) {
    app.host.set_provisioning(false).await.unwrap();
    let console = app.console_of(proven(&app, "gate-0001").await);
    refuses(&app, &console, "one").await;
    app.sheet("gate-0002").await;
    refuses(&app, &console, "one, and one that nobody has signed in with").await;
    proven(&app, "gate-0003").await;
    app.clock.advance_minutes(91 * 24 * 60);
    let console = app.console_of(proven(&app, "gate-0004").await);
    refuses(&app, &console, "one, and two from 91 days ago").await;
    let second = app.console_of(proven(&app, "gate-0005").await);
    console.rotate_break_glass(account(&second)).await.unwrap();
    refuses(&app, &console, "one, and one whose new secret nobody has tried").await;
    app.host.reset_break_glass("gate-0005", "$argon2id$none").await.unwrap();
    refuses(&app, &console, "one, and one that was reset").await;
    console.rotate_break_glass(account(&console)).await.unwrap();
    assert_eq!(proven_accounts(&app).await, 0);
    refuses(&app, &console, "none").await;
    let console = app.console_of(proven(&app, "gate-0006").await);
    proven(&app, "gate-0007").await;
    console.set_provisioning(true).await.unwrap();
    assert!(app.host.scim().await.unwrap().settings.provisioning);
}

async fn refuses(app: &TestApp, console: &Console, how_many: &str) {
    let refused = console.set_provisioning(true).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::NoProvenWayBack))), "{how_many}: {refused:?}");
    assert!(!app.host.scim().await.unwrap().settings.provisioning, "{how_many}");
}

async fn b04_codes_are_good_once(app: TestApp) {
    let other = app.another().await;
    let sheet = app.sheet("gate-0001").await;
    app.sheet("gate-0002").await;
    assert_eq!(sheet.codes.len(), 8);
    for (used, code) in sheet.codes.iter().enumerate() {
        app.clock.advance_minutes(61);
        let (code, typed) = (code.reveal(), code.reveal().to_lowercase());
        let wrong_account = try_sign_in(&app, "gate-0002", code).await;
        assert!(wrong_account.is_none(), "a code opens its own account only");
        // At the same time on two instances: only one succeeds.
        let (here, there) =
            tokio::join!(try_sign_in(&app, "gate-0001", code), try_sign_in(&other, "GATE-0001", &typed),);
        assert!(here.is_some() != there.is_some(), "code {used}: {here:?} {there:?}");
        assert!(try_sign_in(&app, "gate-0001", code).await.is_none());
        let left = app.host.break_glass().await.unwrap()[0].codes;
        assert_eq!(left, 7 - used as u64);
    }
    // A code is a way in, but does not prove that the secret works.
    assert_eq!(proven_accounts(&app).await, 0);
}

async fn b14_the_meter_shows_who_would_get_in(app: TestApp) {
    let console = app.console_of(proven(&app, "gate-0001").await);
    app.sheet("gate-0002").await;
    let left =
        async |loss| console.doors().await.unwrap().left_after(loss).map(|door| door.name.clone()).collect::<Vec<_>>();
    assert_eq!(left(Loss::SingleSignOn).await, ["gate-0001"]);
    assert_eq!(left(Loss::Directory).await, ["gate-0001"]);
    assert_eq!(left(Loss::Secrets).await, ["gate-0002"], "the first was made without codes");
    assert!(console.break_glass().await.unwrap().is_thin());
    proven(&app, "gate-0003").await;
    assert_eq!(left(Loss::Directory).await, ["gate-0001", "gate-0003"]);
    assert!(!console.break_glass().await.unwrap().is_thin());
    for name in ["ada@corp.example", "bob@corp.example"] {
        app.user(name).await;
    }
    let simulation = console.simulate().await.unwrap();
    assert_eq!((simulation.users, simulation.administrators, simulation.sessions), (2, 0, 0));
    assert_eq!((simulation.threshold, simulation.doors.proven()), (10, 2));
    console.remove_break_glass(account_of(&app, "gate-0003").await).await.unwrap();
    assert_eq!(left(Loss::Directory).await, ["gate-0001"]);
    let refused = console.remove_break_glass(account(&console)).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::LastWayIn))), "{refused:?}");
}

async fn account_of(app: &TestApp, name: &str) -> domain::BreakGlassId {
    let accounts = app.host.break_glass().await.unwrap();
    accounts.iter().find(|found| found.account.name == name).unwrap().account.id
}
