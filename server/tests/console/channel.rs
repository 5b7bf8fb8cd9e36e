//! Pages promise an alert only if one can be sent.

use super::common::people;
use crate::support::TestApp;
use axum::http::StatusCode;

on_both!(an_alert_is_promised_only_where_there_is_a_channel);

async fn an_alert_is_promised_only_where_there_is_a_channel(app: TestApp) {
    let cookie = app.administrator("gate-0001").await;
    people(&app, 12).await;
    let pages = async || {
        let mut text = String::new();
        for path in ["/admin/lockout", "/admin/sso/guard"] {
            text += &app.page(path, Some(&cookie)).await.expect(StatusCode::OK).text;
        }
        text
    };
    const PROMISES: [&str; 2] = ["The guard would alert you", "You are alerted through the alert channels"];
    let without = pages().await;
    assert!(PROMISES.iter().all(|words| !without.contains(words)), "{without}");
    for words in ["since no alert channel is set up", "Without an alert channel, this is shown only here"] {
        assert!(without.contains(words), "{words}: {without}");
    }
    let names = vec!["mail".to_owned()];
    app.env.store.write(names, |names, tx| Box::pin(async move { tx.register_channels(names).await })).await.unwrap();
    let with = pages().await;
    assert!(PROMISES.iter().all(|words| with.contains(words)), "{with}");
}
