//! B10: a drill shows that the sign-in, a change and every alert channel work, and is due every 90 days.

use crate::{
    guarantees::common::{count, events, verify_chain},
    support::TestApp,
};
use domain::{
    Error, Refusal,
    alert::{drill_code, next, register, text, tried},
    audit::Lane,
    console::Expiry,
};

on_both!(b10_a_drill_is_done_when_everything_was_seen);

async fn b10_a_drill_is_done_when_everything_was_seen(app: TestApp) {
    register(&app.env, vec!["mail".to_owned(), "webhook".to_owned()]).await.unwrap();
    let console = app.console("gate-0001").await;
    let due = async || {
        let account = app.host.break_glass().await.unwrap().remove(0).account;
        account.drill_is_due(app.env.now())
    };
    assert!(due().await, "there was none");
    assert!(matches!(console.finish_drill().await, Err(Error::NotFound)));
    console.start_drill().await.unwrap();
    console.start_drill().await.unwrap();
    assert_eq!(count(&app, "drill.started").await, 1);
    let (mail, webhook) = (read_code(&app, "mail").await, read_code(&app, "webhook").await);
    assert_ne!(mail, webhook);
    let open = async || matches!(console.finish_drill().await, Err(Error::Invalid(_)));
    assert!(open().await, "nothing is done");
    for (channel, code) in [("mail", webhook.as_str()), ("mail", ""), ("mail", "000000x"), ("syslog", &mail)] {
        let refused = console.read_drill_code(channel, code).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::WrongCode))), "{channel} {code}: {refused:?}");
    }
    console.read_drill_code("mail", &mail).await.unwrap();
    assert!(open().await, "one channel is not seen, and nothing was changed");
    console.create_token("Drill", Expiry::Never).await.unwrap();
    assert!(open().await, "one channel is not seen");
    console.read_drill_code("webhook", &format!(" {webhook} ")).await.unwrap();
    let id = console.finish_drill().await.unwrap();
    let record = console.drill(id).await.unwrap();
    assert!(record.is_complete() && record.completed.is_some() && record.task.is_some());
    assert_eq!(record.account_name, "gate-0001");
    let account = app.host.break_glass().await.unwrap().remove(0).account;
    assert_eq!(account.used, None, "a drill uses no secret up");
    assert!(!due().await);
    app.clock.advance_minutes(89 * 24 * 60);
    assert!(!due().await);
    app.clock.advance_minutes(2 * 24 * 60);
    assert!(due().await, "91 days later");
    verify_chain(&app).await;
}

/// Reads a channel's alerts as its receiver does, up to the one that shows the code.
async fn read_code(app: &TestApp, channel: &str) -> String {
    for _ in 0..=events(app).await.len() {
        let Some((state, entry)) = next(&app.env, channel, Lane::Urgent).await.unwrap() else { break };
        let code = drill_code(&app.env, &entry, channel).await.unwrap();
        let text = text(&entry, code.as_deref());
        tried(&app.env, state, &entry, None).await.unwrap();
        if let Some(code) = text.lines().find_map(|line| line.strip_prefix("Code of this channel for the drill: ")) {
            assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
            return code.to_owned();
        }
    }
    panic!("the drill was not told through {channel}");
}
