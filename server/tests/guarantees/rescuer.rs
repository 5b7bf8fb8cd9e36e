//! An administrator who must get in: from a browser that has signed in before, from a new one with a recovery code, and
//! then through the pages of the console.

use crate::support::{Answer, TestApp};
use axum::http::StatusCode;
use domain::break_glass::Sheet;

pub(crate) struct Rescuer {
    sheet: Sheet,
    browser: String,
    codes: usize,
}

impl Rescuer {
    /// Signs in once, so that the browser is known.
    pub(crate) async fn new(app: &TestApp) -> Self {
        let sheet = app.sheet("gate-7f3k").await;
        let answer = sign_in(app, None, sheet.secret.reveal()).await.expect(StatusCode::SEE_OTHER);
        let browser = answer.set_cookie("__Host-postern-device=").unwrap();
        Self { sheet, browser, codes: 0 }
    }

    /// Signs in from both browsers and opens a page. Returns the page.
    pub(crate) async fn gets_in(&mut self, app: &TestApp) -> Answer {
        let known = sign_in(app, Some(&self.browser), self.sheet.secret.reveal()).await;
        known.expect(StatusCode::SEE_OTHER);
        let code = self.sheet.codes[self.codes].reveal();
        self.codes += 1;
        let cookie = sign_in(app, None, code).await.expect(StatusCode::SEE_OTHER).cookie().unwrap();
        app.page("/admin/users", Some(&cookie)).await.expect(StatusCode::OK)
    }
}

async fn sign_in(app: &TestApp, browser: Option<&str>, secret: &str) -> Answer {
    app.form("/login", browser, &format!("name=gate-7f3k&secret={secret}&next=")).await
}
