//! Where to click in Entra. Words in bold are Entra's own.

use crate::components::steps::Standing;
use leptos::prelude::*;

/// From the start to the two fields for the values.
pub(super) fn where_in_entra(standing: Standing) -> impl IntoView {
    view! {
        <details class="fold" open={standing == Standing::Next}>
            <summary>Where this goes in Entra</summary>
            <ol class="prose">
                <li>
                    "In the Entra admin center, open " <strong>"Enterprise applications"</strong> " → "
                    <strong>"New application"</strong> " → " <strong>"Create your own application"</strong>
                    ", and choose the one that is not in the gallery (“" <strong>"Non-gallery"</strong> "”)."
                </li>
                <li>
                    "In the new application, open " <strong>Provisioning</strong> " and choose "
                    <strong>"New configuration"</strong> " (in older portals: "
                    <strong>"Connect your application"</strong> ", or Provisioning Mode " <strong>Automatic</strong> ")."
                </li>
                <li>
                    "As the authentication method, choose " <strong>"Bearer authentication"</strong> ". Paste the "
                    <strong>"Tenant URL"</strong> " and the " <strong>"Secret token"</strong>
                    ", the token without “Bearer” in front."
                </li>
            </ol>
        </details>
    }
}

/// What to check if Entra says that the test failed.
pub(super) fn when_the_test_fails() -> impl IntoView {
    view! {
        <details class="fold">
            <summary>If the test fails</summary>
            <ul class="prose">
                <li>
                    <strong>"“Invalid credentials”: "</strong>
                    "the token is incomplete, revoked, or has “Bearer” in front; or a proxy before Postern answers \
                     instead. Some firewalls refuse calls without a User-Agent header, and Entra sends none."
                </li>
                <li>
                    <strong>"“Error occurred while sending the request”: "</strong>
                    "Entra does not reach the Tenant URL. The name must resolve on the internet, the certificate must \
                     be publicly trusted, and the server must support TLS 1.2 or later. Firewalls can admit the \
                     service tag AzureActiveDirectory."
                </li>
                <li>
                    <strong>"No call arrives here at all: "</strong>
                    "compare the Tenant URL with the one above, letter by letter."
                </li>
            </ul>
        </details>
    }
}

/// Mapping, assignment and start.
pub(super) fn mapping_and_start(standing: Standing) -> impl IntoView {
    view! {
        <details class="fold" open={standing == Standing::Next}>
            <summary>How to start it in Entra</summary>
            <ol class="prose">
                <li>
                    "Once the test has passed, press " <strong>Create</strong> ". Under "
                    <strong>"Attribute mapping"</strong>
                    " → users, keep these five and delete what you do not need:"
                </li>
            </ol>
            {mapping()}
            <ol class="prose" start="2">
                <li>
                    "Under " <strong>"Users and groups"</strong>
                    ", assign the people who belong here. Assigning groups needs Entra ID P1 or higher."
                </li>
                <li>"Try it with one person: " <strong>"Provision on demand"</strong> "."</li>
                <li>
                    "Press " <strong>"Start provisioning"</strong>
                    ". The first cycle takes a while; from then on Entra sends what has changed about every 40 minutes."
                </li>
            </ol>
        </details>
    }
}

fn mapping() -> impl IntoView {
    const NOTE: &str = "change it: Entra proposes mailNickname, which can change";
    let rows = [
        ("userPrincipalName", "userName", ""),
        ("displayName", "displayName", ""),
        ("mail", "emails[type eq \"work\"].value", "userPrincipalName, where people have no mailbox"),
        ("Switch([IsSoftDeleted], …)", "active", "as proposed"),
        ("objectId", "externalId", NOTE),
    ];
    view! {
        <table class="mapping">
            <thead>
                <tr>
                    <th scope="col">In Entra</th>
                    <th scope="col">In Postern</th>
                    <th scope="col">Note</th>
                </tr>
            </thead>
            <tbody>
                {rows
                    .map(|(source, target, note)| view! {
                        <tr>
                            <td><code>{source}</code></td>
                            <td><code>{target}</code></td>
                            <td class="soft">{note}</td>
                        </tr>
                    })
                    .collect_view()}
            </tbody>
        </table>
    }
}
