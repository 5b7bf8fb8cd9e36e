//! The life of a server, with every kind of secret in it.

use super::leaks::Secret;
use crate::{
    binary::{Sheet, postern},
    browser::{Answer, Browser, request},
    pages::plain_pages,
    receivers::{MAIL_PASSWORD, id_of, webhook_secret},
};
use hyper::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Not secret: the name of a token, which shows that each place was really searched.
pub(super) const NAME: &str = "visible-canary-7f3k";
pub(super) const DATABASE_PASSWORD: &str = "canary-database-Q7";
const USER_PASSWORD: &str = "canary-user-password-Q7";
/// What people type in a hurry: a wrong secret, and a secret in the field for the name.
const WRONG: &str = "WRONG-CANARY-SECRE-T0000-11111-22222";
const MISPLACED: &str = "MISPLACED-CANARY-00000-11111-22222";

pub(super) struct Life {
    pub(super) url: String,
    /// What commands printed, except secrets, and logged.
    pub(super) said: String,
    /// Every answer's head and body, except the one that shows a token and the cookies that are set.
    pub(super) seen: String,
    sheet: Sheet,
    next: Sheet,
    rescue: Sheet,
    tokens: Vec<String>,
    cookies: Vec<String>,
}

impl Life {
    /// The commands before a server runs.
    pub(super) async fn begin(url: String) -> Self {
        let (none, said) = (Sheet::default(), String::new());
        let mut life = Self {
            url,
            said,
            seen: String::new(),
            sheet: none.clone(),
            next: none.clone(),
            rescue: none,
            tokens: Vec::new(),
            cookies: Vec::new(),
        };
        life.sheet = Sheet::read(&life.command(&["break-glass", "create", "gate", "--sheet"]).await);
        life.next = Sheet { name: life.sheet.name.clone(), ..Sheet::default() };
        let token = life.command(&["token", "create", "--name", "Entra"]).await;
        life.tokens.push(token.trim().to_owned());
        life.show(&["scim", "enable"]).await;
        life
    }

    /// What happens while it runs.
    pub(super) async fn go_on(&mut self, port: u16) {
        let (name, secret) = (self.sheet.name.clone(), self.sheet.secret.clone());
        let mut browser = Browser::new(port);
        self.see(browser.get("/login").await);
        self.see(browser.sign_in(&name, WRONG).await.expect(StatusCode::UNPROCESSABLE_ENTITY));
        // The form comes back with the name that was typed; only the browser that sent it gets that answer.
        browser.sign_in(MISPLACED, &secret).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        self.sign_in(&mut browser, &name, &secret).await;
        let confirm = format!("secret={secret}&reason=set+up+Entra&next=/admin/users");
        self.see(browser.post("/admin/confirm", &confirm).await.expect(StatusCode::SEE_OTHER));
        self.keep_cookies(&browser);
        self.change_tokens(&mut browser).await;
        self.provision(port).await;
        self.look_around(&mut browser).await;
        let code = self.sheet.codes[0].clone();
        self.sign_in(&mut Browser::new(port), &name, &code).await;
        self.rescue = Sheet::read(&self.command(&["break-glass", "recover"]).await);
        let code = self.rescue.secret.clone();
        self.sign_in(&mut Browser::new(port), &name, &code).await;
        self.next.secret = self.command(&["break-glass", "reset", &name]).await.trim().to_owned();
        let next = self.next.secret.clone();
        self.sign_in(&mut browser, &name, &next).await;
        self.see(browser.post("/logout", "").await.expect(StatusCode::SEE_OTHER));
        for list in [["break-glass", "list", "--json"], ["token", "list", "--json"], ["scim", "status", "--json"]] {
            self.show(&list).await;
        }
    }

    async fn sign_in(&mut self, browser: &mut Browser, name: &str, secret: &str) {
        let answer = browser.sign_in(name, secret).await.expect(StatusCode::SEE_OTHER);
        self.seen += &answer.body;
        self.keep_cookies(browser);
    }

    fn keep_cookies(&mut self, browser: &Browser) {
        for name in ["postern", "postern-device"] {
            self.cookies.push(browser.cookie(name).expect("somebody who has signed in has both cookies").to_owned());
        }
    }

    async fn change_tokens(&mut self, browser: &mut Browser) {
        let made = browser.post("/admin/api/create_token", &format!("name={NAME}")).await.expect(StatusCode::OK);
        let made: Value = serde_json::from_str(&made.body).unwrap();
        self.tokens.push(made["secret"].as_str().unwrap().to_owned());
        let tokens: Value = serde_json::from_str(&self.show(&["token", "list", "--json"]).await).unwrap();
        let entra = tokens.as_array().unwrap().iter().find(|token| token["name"] == "Entra").unwrap();
        let form = format!("id={}", entra["id"].as_str().unwrap());
        self.see(browser.post("/admin/api/revoke_token", &form).await.expect(StatusCode::OK));
        // One account is not enough, so this leaves a refusal in the log.
        self.see(browser.post("/admin/api/set_provisioning", "on=true").await.expect(StatusCode::CONFLICT));
    }

    async fn provision(&mut self, port: u16) {
        let (revoked, token) = (self.tokens[0].clone(), self.tokens[1].clone());
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": NAME, "password": USER_PASSWORD,
        });
        let change = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "add", "path": "password", "value": USER_PASSWORD}],
        });
        let users = format!("/scim/v2/Users?filter=userName+eq+%22{NAME}%22");
        let made = self.scim(port, "POST", "/scim/v2/Users", &token, Some(user.clone()), 201).await;
        let one = format!("/scim/v2/Users/{}", made["id"].as_str().unwrap());
        self.scim(port, "PUT", &one, &token, Some(user), 200).await;
        self.scim(port, "PATCH", &one, &token, Some(change), 200).await;
        self.scim(port, "GET", &users, &token, None, 200).await;
        self.scim(port, "GET", &format!("/scim/v2/Users/{NAME}"), &token, None, 404).await;
        self.scim(port, "GET", &users, &revoked, None, 401).await;
        self.scim(port, "GET", &users, &token[..token.len() - 1], None, 401).await;
        for query in ["access_token", "token"] {
            let path = format!("/scim/v2/Users?{query}={token}");
            let status = request(port, "GET", &path, &token, None).await.unwrap().0;
            assert!(status == 400 || query != "access_token", "{status}");
        }
    }

    async fn scim(
        &mut self,
        port: u16,
        method: &str,
        path: &str,
        token: &str,
        body: Option<Value>,
        status: u16,
    ) -> Value {
        let (got, answer) = request(port, method, path, token, body).await.unwrap();
        assert_eq!(got, status, "{method} {path}: {answer}");
        self.seen += &answer.to_string();
        answer
    }

    /// Every page, and both exports.
    async fn look_around(&mut self, browser: &mut Browser) {
        for page in plain_pages() {
            self.see(browser.get(&page).await.expect(StatusCode::OK));
        }
        for page in ["/admin/none", "/login?next=/admin/users"] {
            self.see(browser.get(page).await);
        }
        for export in ["/admin/audit/export.csv", "/admin/audit/export.jsonl"] {
            let answer = browser.post(export, "").await.expect(StatusCode::OK);
            assert!(answer.body.contains(NAME), "{export} holds the log");
            self.see(answer);
        }
    }

    fn see(&mut self, answer: Answer) -> u16 {
        // A new session's cookie is meant for its browser.
        if !answer.head.contains("set-cookie") {
            self.seen += &answer.head;
        }
        self.seen += &answer.body;
        answer.status.as_u16()
    }

    /// The ids of all alerts in the log so far.
    pub(super) async fn alerts(&mut self) -> BTreeSet<String> {
        let export = self.export().await;
        let events = export.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
        let signed_in = events.filter(|event| event["action"] == "break_glass.signed_in");
        signed_in.map(|event| id_of(&event)).collect()
    }

    pub(super) async fn export(&mut self) -> String {
        self.command(&["audit", "export"]).await
    }

    /// Runs a command whose output may be seen.
    async fn show(&mut self, arguments: &[&str]) -> String {
        let printed = self.command(arguments).await;
        self.said += &printed;
        printed
    }

    /// Runs a command at the finest log level; its output may be a secret, its log must not be.
    async fn command(&mut self, arguments: &[&str]) -> String {
        let output = postern(&self.url, arguments).args(["--log", "trace"]).output().await.unwrap();
        let logged = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {logged}");
        self.said += &logged;
        String::from_utf8(output.stdout).unwrap()
    }

    pub(super) fn secrets(&self) -> Vec<Secret> {
        let webhook = webhook_secret();
        let mut secrets = vec![
            Secret::new("the secret of a break-glass account", &self.sheet.secret),
            Secret::new("its next secret", &self.next.secret),
            Secret::new("a code from the host", &self.rescue.secret),
            Secret::new("a wrong secret", WRONG),
            Secret::new("a secret typed as a name", MISPLACED),
            Secret::new("a user's password", USER_PASSWORD),
            Secret::new("the mail server's password", MAIL_PASSWORD),
            Secret::new("the database's password", DATABASE_PASSWORD),
            Secret::new("the webhook's secret", webhook.trim_start_matches("whsec_")),
        ];
        secrets.extend(self.sheet.codes.iter().map(|code| Secret::new("a recovery code", code)));
        // Prefix and id of a token are public; the rest is not.
        let tokens = self.tokens.iter().map(|token| token.rsplit('_').next().unwrap());
        secrets.extend(tokens.map(|secret| Secret::new("a SCIM token", &secret[..secret.len() - 4])));
        secrets.extend(self.cookies.iter().map(|cookie| Secret::new("a cookie", cookie)));
        assert_eq!((secrets.len(), self.sheet.codes.len()), (9 + 8 + 2 + self.cookies.len(), 8));
        secrets
    }
}
