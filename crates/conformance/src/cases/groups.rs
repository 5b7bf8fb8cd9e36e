//! A group's life and its members (RFC 7643 §4.2, RFC 7644 §3.3–§3.6).

use super::{GROUP, NOBODY};
use crate::Case;
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    [creation(), members(), nested(), replacement(), refusals(), ends()].into_iter().flatten().collect()
}

fn creation() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7644-3.3-group-is-created-with-201",
            "A creation is answered 201 with the resource.",
            |t| async move {
                let group = t.group().await?;
                group.answer.is_scim()?.is("/schemas", vec![GROUP])?.is("/meta/resourceType", "Group")?;
                t.get(&group.path).expect(200).await?.is("", group.answer.json().clone()).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.3-group-has-location-header",
            "The URI of the created resource is in Location and in meta.location.",
            |t| async move {
                let group = t.group().await?;
                let location = group.answer.text_at("/meta/location")?;
                group.answer.header_is("location", &location)?;
                group.answer.ensure(location.ends_with(&group.path), "a location that ends with the path").map(drop)
            },
        ),
        Case::new(
            "rfc7643-3.1-group-id-is-given-by-the-server",
            "What a client sends for id is ignored.",
            |t| async move {
                let sent = t.name("own");
                t.group_with(json!({"id": sent})).await?.answer.is_not("/id", sent).map(drop)
            },
        ),
        Case::new("rfc7643-3.1-group-keeps-external-id", "externalId is kept as the client sent it.", |t| async move {
            let external = t.name("External");
            let group = t.group_with(json!({"externalId": external})).await?;
            t.get(&group.path).expect(200).await?.is("/externalId", external).map(drop)
        }),
        Case::new(
            "rfc7643-4.2-group-keeps-its-letter-case",
            "displayName is returned as it was sent.",
            |t| async move {
                let name = t.name("Engine OWNERS Ünï");
                let group = t.group_with(json!({"displayName": name})).await?;
                t.get(&group.path).expect(200).await?.is("/displayName", name).map(drop)
            },
        ),
        Case::new(
            "rfc7643-3.1-group-meta-times-are-equal-at-creation",
            "lastModified is the same as created if nothing was modified.",
            |t| async move {
                let group = t.group().await?;
                group.answer.present("/meta/created")?;
                group.answer.is("/meta/lastModified", group.answer.at("/meta/created").clone()).map(drop)
            },
        ),
        Case::new("rfc7643-4.2-group-without-members", "A group may have no members.", |t| async move {
            t.group_with(json!({"members": []})).await?.answer.absent("/members").map(drop)
        }),
    ]
}

fn members() -> Vec<Case> {
    vec![
        Case::new("rfc7643-4.2-members-are-kept", "members holds the given users, by id.", |t| async move {
            let (one, two) = (t.user().await?, t.user().await?);
            let group = t.group_of(&[&one, &two]).await?;
            let read = t.get(&group.path).expect(200).await?;
            read.count("/members", 2)?
                .has("/members", json!({"value": one.id}))?
                .has("/members", json!({"value": two.id}))
                .map(drop)
        }),
        Case::new(
            "rfc7643-4.2-member-refers-to-the-user",
            "members.$ref is the URI of the member, type its resource type.",
            |t| async move {
                let user = t.user().await?;
                let group = t.group_of(&[&user]).await?;
                let member = json!({"value": user.id, "$ref": user.answer.text_at("/meta/location")?, "type": "User"});
                t.get(&group.path).expect(200).await?.has("/members", member).map(drop)
            },
        ),
        Case::new("rfc7643-4.2-member-is-in-once", "A member that is named twice appears once.", |t| async move {
            let user = t.user().await?;
            let group = t.group_with(json!({"members": [{"value": user.id}, {"value": user.id}]})).await?;
            t.get(&group.path).expect(200).await?.count("/members", 1).map(drop)
        }),
        Case::new("rfc7643-4.2-user-is-in-many-groups", "A user may be in several groups.", |t| async move {
            let user = t.user().await?;
            let (one, two) = (t.group_of(&[&user]).await?, t.group_of(&[&user]).await?);
            let read = t.get(&user.path).expect(200).await?;
            read.count("/groups", 2)?
                .has("/groups", json!({"value": one.id}))?
                .has("/groups", json!({"value": two.id}))
                .map(drop)
        }),
        Case::new(
            "rfc7643-4.2-inactive-member-stays",
            "A user that becomes inactive stays a member.",
            |t| async move {
                let user = t.user_with(json!({"active": false})).await?;
                let group = t.group_of(&[&user]).await?;
                t.get(&group.path).expect(200).await?.has("/members", json!({"value": user.id})).map(drop)
            },
        ),
        Case::new(
            "rfc7643-4.2-groups-shows-the-new-name",
            "groups.display follows the group's name.",
            |t| async move {
                let user = t.user().await?;
                let group = t.group_of(&[&user]).await?;
                let name = t.name("renamed");
                t.patch(&group.path, json!([{"op": "replace", "path": "displayName", "value": name}]))
                    .expect_any(&[200, 204])
                    .await?;
                t.get(&user.path)
                    .expect(200)
                    .await?
                    .has("/groups", json!({"value": group.id, "display": name}))
                    .map(drop)
            },
        ),
    ]
}

/// RFC 7643 §4.2: members may be Groups.
fn nested() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7643-4.2-member-may-be-a-group",
            "A group may be a member: its type is Group, its $ref the group's URI.",
            |t| async move {
                let inner = t.group().await?;
                let outer = t.group_with(json!({"members": [{"value": inner.id, "type": "Group"}]})).await?;
                let member =
                    json!({"value": inner.id, "type": "Group", "$ref": inner.answer.text_at("/meta/location")?});
                t.get(&outer.path).expect(200).await?.count("/members", 1)?.has("/members", member).map(drop)
            },
        ),
        Case::new(
            "rfc7643-4.2-member-group-beside-users",
            "Users and groups may be members of one group.",
            |t| async move {
                let (user, inner) = (t.user().await?, t.group().await?);
                let outer = t.group_of(&[&user, &inner]).await?;
                let read = t.get(&outer.path).expect(200).await?;
                read.count("/members", 2)?.has("/members", json!({"value": user.id, "type": "User"}))?;
                read.has("/members", json!({"value": inner.id, "type": "Group"})).map(drop)
            },
        ),
        Case::new("rfc7643-4.2-member-group-is-added-by-patch", "PATCH adds a group as a member.", |t| async move {
            let (inner, outer) = (t.group().await?, t.group().await?);
            let add = json!([{"op": "add", "path": "members", "value": [{"value": inner.id, "type": "Group"}]}]);
            t.patch(&outer.path, add).expect_any(&[200, 204]).await?;
            t.get(&outer.path).expect(200).await?.has("/members", json!({"value": inner.id, "type": "Group"})).map(drop)
        }),
        Case::new(
            "rfc7643-4.2-member-group-is-removed-by-patch",
            "PATCH removes a group that is a member, and no other member.",
            |t| async move {
                let (user, inner) = (t.user().await?, t.group().await?);
                let outer = t.group_of(&[&user, &inner]).await?;
                let remove = json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", inner.id)}]);
                t.patch(&outer.path, remove).expect_any(&[200, 204]).await?;
                let read = t.get(&outer.path).expect(200).await?;
                read.count("/members", 1)?.has("/members", json!({"value": user.id})).map(drop)
            },
        ),
        Case::new(
            "rfc7643-4.2-member-group-is-replaced-by-put",
            "PUT replaces groups among the members, too.",
            |t| async move {
                let (one, two) = (t.group().await?, t.group().await?);
                let outer = t.group_of(&[&one]).await?;
                let body = json!({"schemas": [GROUP], "displayName": outer.name, "members": [{"value": two.id, "type": "Group"}]});
                t.put(&outer.path, body).expect(200).await?;
                let read = t.get(&outer.path).expect(200).await?;
                read.count("/members", 1)?.has("/members", json!({"value": two.id, "type": "Group"})).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.4.2.2-group-by-member-group",
            "Groups are found by the id of a group in them.",
            |t| async move {
                let inner = t.group().await?;
                let outer = t.group_of(&[&inner]).await?;
                t.filter("/Groups", &format!("members.value eq \"{}\"", inner.id))
                    .expect(200)
                    .await?
                    .finds(&[&outer.id])
                    .map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-deleted-group-leaves-its-groups",
            "A deleted group is no longer a member of any group.",
            |t| async move {
                let (inner, other) = (t.group().await?, t.group().await?);
                let outer = t.group_of(&[&inner, &other]).await?;
                t.delete(&inner.path).expect(204).await?;
                let read = t.get(&outer.path).expect(200).await?;
                read.count("/members", 1)?.has("/members", json!({"value": other.id})).map(drop)
            },
        ),
        Case::new(
            "rfc7643-4.1.2-groups-of-a-user-are-the-direct-ones-at-least",
            "A user in an inner group has that group among its direct groups.",
            |t| async move {
                let user = t.user().await?;
                let inner = t.group_of(&[&user]).await?;
                t.group_of(&[&inner]).await?;
                let read = t.get(&user.path).expect(200).await?;
                read.has("/groups", json!({"value": inner.id, "type": "direct"}))?;
                let direct = read.list_at("/groups")?.iter().filter(|group| group["type"] == "direct").count();
                read.ensure(direct == 1, "one direct group").map(drop)
            },
        ),
        Case::new(
            "rfc7643-4.2-circle-of-groups-is-harmless",
            "Groups that contain each other can be read and deleted.",
            |t| async move {
                let one = t.group().await?;
                let two = t.group_of(&[&one]).await?;
                let add = json!([{"op": "add", "path": "members", "value": [{"value": two.id, "type": "Group"}]}]);
                let answer = t.patch(&one.path, add).await?;
                answer.ensure([200, 204, 400].contains(&answer.status), "200, 204 or 400")?;
                t.get(&one.path).expect(200).await?;
                t.get(&two.path).expect(200).await?.has("/members", json!({"value": one.id}))?;
                t.delete(&one.path).expect(204).await?;
                t.get(&two.path).expect(200).await?.absent("/members").map(drop)
            },
        ),
    ]
}

fn replacement() -> Vec<Case> {
    vec![
        Case::new("rfc7644-3.5.1-group-put-replaces-members", "PUT sets the members and no others.", |t| async move {
            let (one, two) = (t.user().await?, t.user().await?);
            let group = t.group_of(&[&one]).await?;
            let body = json!({"schemas": [GROUP], "displayName": group.name, "members": [{"value": two.id}]});
            t.put(&group.path, body).expect(200).await?.is("/id", group.id.as_str())?;
            let read = t.get(&group.path).expect(200).await?;
            read.count("/members", 1)?.has("/members", json!({"value": two.id})).map(drop)
        }),
        Case::new(
            "rfc7644-3.5.1-group-put-without-members-clears-them",
            "members that the body leaves out are cleared.",
            |t| async move {
                let user = t.user().await?;
                let group = t.group_with(json!({"members": [{"value": user.id}], "externalId": t.name("e")})).await?;
                let put =
                    t.put(&group.path, json!({"schemas": [GROUP], "displayName": group.name})).expect(200).await?;
                put.absent("/members")?.absent("/externalId")?;
                t.get(&user.path).expect(200).await?.absent("/groups").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-group-put-renames",
            "PUT may change displayName; members that it names stay.",
            |t| async move {
                let user = t.user().await?;
                let group = t.group_of(&[&user]).await?;
                let name = t.name("renamed");
                let body = json!({"schemas": [GROUP], "displayName": name, "members": [{"value": user.id}]});
                t.put(&group.path, body).expect(200).await?.is("/displayName", name.as_str())?;
                t.filter("/Groups", &format!("displayName eq \"{name}\"")).expect(200).await?.finds(&[&group.id])?;
                t.get(&group.path).expect(200).await?.has("/members", json!({"value": user.id})).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-group-put-ignores-read-only-attributes",
            "Values of readOnly attributes are ignored.",
            |t| async move {
                let group = t.group().await?;
                let body = json!({"schemas": [GROUP], "displayName": group.name, "id": NOBODY, "meta": {"created": "1999-01-01T00:00:00Z"}});
                let put = t.put(&group.path, body).expect(200).await?;
                put.is("/id", group.id)?.is("/meta/created", group.answer.at("/meta/created").clone()).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.5.1-group-put-of-what-was-read",
            "A group can be put back as it was read.",
            |t| async move {
                let user = t.user().await?;
                let group = t.group_of(&[&user]).await?;
                let read = t.get(&group.path).expect(200).await?;
                t.put(&group.path, read.json().clone()).expect(200).await?;
                let again = t.get(&group.path).expect(200).await?;
                again.is("/members", read.at("/members").clone())?.is("/displayName", group.name).map(drop)
            },
        ),
        Case::new("rfc7644-3.5.1-group-put-creates-nothing", "PUT MUST NOT be used to create.", |t| async move {
            let name = t.name("x");
            t.put(&format!("/Groups/{NOBODY}"), json!({"schemas": [GROUP], "displayName": name}))
                .refused(404, "")
                .await?;
            t.filter("/Groups", &format!("displayName eq \"{name}\"")).expect(200).await?.finds(&[]).map(drop)
        }),
    ]
}

fn refusals() -> Vec<Case> {
    let rows: [(&str, Value); 9] = [
        ("display-name-missing", json!({"externalId": "x"})),
        ("display-name-null", json!({"displayName": null})),
        ("display-name-empty", json!({"displayName": ""})),
        ("display-name-blank", json!({"displayName": "  "})),
        ("display-name-number", json!({"displayName": 7})),
        ("display-name-list", json!({"displayName": ["a", "b"]})),
        ("members-number", json!({"displayName": "@", "members": 7})),
        ("member-number", json!({"displayName": "@", "members": [{"value": 7}]})),
        ("member-without-value", json!({"displayName": "@", "members": [{"display": "somebody"}]})),
    ];
    rows.map(|(label, mut body)| {
        let rule = "What is not a group is refused with 400 invalidValue, at creation and at replacement.";
        Case::new(format!("rfc7644-3.3-group-refused-{label}"), rule, move |t| async move {
            if body["displayName"] == "@" {
                body["displayName"] = json!(t.name("x"));
            }
            let user = t.user().await?;
            let group = t.group_of(&[&user]).await?;
            let before = t.get(&group.path).expect(200).await?;
            t.post("/Groups", body.clone()).refused(400, "invalidValue").await?;
            t.put(&group.path, body).refused(400, "invalidValue").await?;
            t.get(&group.path).expect(200).await?.is("", before.json().clone()).map(drop)
        })
    })
    .into()
}

fn ends() -> Vec<Case> {
    vec![
        Case::new(
            "rfc7644-3.6-group-is-deleted-with-204",
            "DELETE is answered 204 without a body; afterwards every request is answered 404.",
            |t| async move {
                let group = t.group().await?;
                t.delete(&group.path).expect(204).await?.is_empty()?;
                t.get(&group.path).refused(404, "").await?;
                t.put(&group.path, json!({"schemas": [GROUP], "displayName": group.name})).refused(404, "").await?;
                t.patch(&group.path, json!([{"op": "replace", "path": "displayName", "value": "x"}]))
                    .refused(404, "")
                    .await?;
                t.delete(&group.path).refused(404, "").await.map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-deleted-group-keeps-its-users",
            "The members of a deleted group remain as users, without the group.",
            |t| async move {
                let user = t.user().await?;
                let group = t.group_of(&[&user]).await?;
                t.delete(&group.path).expect(204).await?;
                t.get(&user.path).expect(200).await?.is("/userName", user.name)?.absent("/groups").map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.6-deleted-group-is-in-no-list",
            "A deleted group is in no result of a query.",
            |t| async move {
                let group = t.group().await?;
                t.delete(&group.path).expect(204).await?;
                t.filter("/Groups", &format!("displayName eq \"{}\"", group.name)).expect(200).await?.finds(&[])?;
                t.filter("/Groups", &format!("id eq \"{}\"", group.id)).expect(200).await?.finds(&[]).map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.4.1-unknown-group-is-404",
            "An unknown id is answered 404, whatever the request.",
            |t| async move {
                t.group().await?;
                let path = format!("/Groups/{NOBODY}");
                t.get(&path).refused(404, "").await?;
                t.delete(&path).refused(404, "").await?;
                t.patch(&path, json!([{"op": "replace", "path": "displayName", "value": t.name("x")}]))
                    .refused(404, "")
                    .await
                    .map(drop)
            },
        ),
        Case::new(
            "rfc7644-3.4.1-group-is-no-user",
            "An id is looked up only among resources of its own type.",
            |t| async move {
                let group = t.group().await?;
                t.get(&format!("/Users/{}", group.id)).refused(404, "").await?;
                t.delete(&format!("/Users/{}", group.id)).refused(404, "").await?;
                t.get(&group.path).expect(200).await.map(drop)
            },
        ),
    ]
}
