//! What a server says about itself (RFC 7644 §4, RFC 7643 §5–§8.7).

mod characteristics;

use super::{ENTERPRISE, GROUP, USER};
use crate::Case;
use serde_json::{Value, json};

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const ENDPOINTS: [(&str, &str); 3] =
    [("config", "/ServiceProviderConfig"), ("resource-types", "/ResourceTypes"), ("schemas", "/Schemas")];

pub(super) fn cases() -> Vec<Case> {
    [config(), types(), schemas(), characteristics::cases(), methods()].into_iter().flatten().collect()
}

fn config() -> Vec<Case> {
    let flags = ["patch", "bulk", "filter", "changePassword", "sort", "etag"].map(|name| {
        let rule = "Each feature has a Boolean named supported.";
        Case::new(format!("rfc7643-5-config-{}-supported", name.to_lowercase()), rule, move |t| async move {
            let config = t.get("/ServiceProviderConfig").expect(200).await?;
            config
                .ensure(
                    config.at(&format!("/{name}/supported")).is_boolean(),
                    format!("a Boolean at /{name}/supported"),
                )
                .map(drop)
        })
    });
    let numbers = ["/bulk/maxOperations", "/bulk/maxPayloadSize", "/filter/maxResults"].map(|pointer| {
        let rule = "The limits are integers.";
        Case::new(format!("rfc7643-5-config{}", pointer.replace('/', "-").to_lowercase()), rule, move |t| async move {
            let config = t.get("/ServiceProviderConfig").expect(200).await?;
            config.number_at(pointer).map(drop)
        })
    });
    let others = [
        Case::new(
            "rfc7643-5-config-is-a-resource",
            "The configuration is one resource with its schema and meta, and without id.",
            |t| async move {
                let config = t.get("/ServiceProviderConfig").expect(200).await?;
                config
                    .is_scim()?
                    .is("/schemas", vec!["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"])?;
                config.is("/meta/resourceType", "ServiceProviderConfig")?;
                let ends = config.text_at("/meta/location")?.ends_with("/ServiceProviderConfig");
                config.ensure(ends, "a location that ends with /ServiceProviderConfig").map(drop)
            },
        ),
        Case::new(
            "rfc7643-5-config-names-the-bearer-scheme",
            "authenticationSchemes names the scheme by which this suite is let in.",
            |t| async move {
                let config = t.get("/ServiceProviderConfig").expect(200).await?;
                config.has("/authenticationSchemes", json!({"type": "oauthbearertoken"}))?;
                let whole = config
                    .list_at("/authenticationSchemes")?
                    .iter()
                    .all(|scheme| scheme["name"].is_string() && scheme["description"].is_string());
                config.ensure(whole, "a name and a description of each").map(drop)
            },
        ),
        Case::new(
            "rfc7643-5-config-patch-is-true-where-patch-works",
            "patch.supported is true, since PATCH works.",
            |t| async move {
                let user = t.user().await?;
                t.patch(&user.path, json!([{"op": "add", "path": "title", "value": "x"}]))
                    .expect_any(&[200, 204])
                    .await?;
                t.get("/ServiceProviderConfig")
                    .expect(200)
                    .await?
                    .is("/patch/supported", true)?
                    .is("/filter/supported", true)
                    .map(drop)
            },
        ),
        Case::new(
            "rfc7644-4-config-ignores-paging",
            "The configuration is not paged, sorted or projected.",
            |t| async move {
                let plain = t.get("/ServiceProviderConfig").expect(200).await?;
                let asked = t
                    .get("/ServiceProviderConfig?attributes=patch&count=0&startIndex=5&sortBy=patch")
                    .expect(200)
                    .await?;
                asked.is("", plain.json().clone())?.present("/patch").map(drop)
            },
        ),
    ];
    flags.into_iter().chain(numbers).chain(others).collect()
}

fn types() -> Vec<Case> {
    let each = [("User", "/Users", USER), ("Group", "/Groups", GROUP)].map(|(name, endpoint, schema)| {
        let rule = "The type is in the list and can be read by itself, with its endpoint and schema.";
        Case::new(format!("rfc7643-6-resource-type-{}", name.to_lowercase()), rule, move |t| async move {
            let list = t.get("/ResourceTypes").expect(200).await?;
            let part = json!({"name": name, "endpoint": endpoint, "schema": schema, "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"]});
            list.is_scim()?.has("/schemas", LIST)?.has("/Resources", part)?;
            let one = t.get(&format!("/ResourceTypes/{name}")).expect(200).await?;
            one.is("/name", name)?.is("/endpoint", endpoint)?.is("/schema", schema)?.is("/meta/resourceType", "ResourceType")?;
            let listed = list.list_at("/Resources")?.iter().find(|item| item["name"] == name).cloned();
            one.is("", listed.unwrap_or_default())?;
            let ends = one.text_at("/meta/location")?.ends_with(&format!("/ResourceTypes/{name}"));
            one.ensure(ends, "its own location").map(drop)
        })
    });
    let others = [
        Case::new(
            "rfc7643-6-user-has-the-enterprise-extension",
            "schemaExtensions names the extension, and whether it is required.",
            |t| async move {
                let one = t.get("/ResourceTypes/User").expect(200).await?;
                one.has("/schemaExtensions", json!({"schema": ENTERPRISE, "required": false})).map(drop)
            },
        ),
        Case::new(
            "rfc7643-6-every-schema-of-a-type-is-described",
            "/Schemas has every schema that a resource type names.",
            |t| async move {
                let schemas = t.get("/Schemas").expect(200).await?;
                let types = t.get("/ResourceTypes").expect(200).await?;
                for kind in types.list_at("/Resources")? {
                    schemas.has("/Resources", json!({"id": kind["schema"]}))?;
                    for extension in kind["schemaExtensions"].as_array().into_iter().flatten() {
                        schemas.has("/Resources", json!({"id": extension["schema"]}))?;
                    }
                }
                types.ensure(types.list_at("/Resources")?.len() >= 2, "at least two types").map(drop)
            },
        ),
        Case::new(
            "rfc7643-6-every-endpoint-answers",
            "Each resource type's endpoint can be queried.",
            |t| async move {
                let types = t.get("/ResourceTypes").expect(200).await?;
                for endpoint in types.each("/endpoint") {
                    let endpoint = endpoint.as_str().unwrap_or_default();
                    t.get(endpoint).query("count", 1).expect(200).await?.has("/schemas", LIST)?;
                }
                types.ensure(types.each("/endpoint").len() >= 2, "at least two types").map(drop)
            },
        ),
        Case::new("rfc7644-4-unknown-resource-type-is-404", "An unknown name is answered 404.", |t| async move {
            t.get("/ResourceTypes/User").expect(200).await?;
            t.get("/ResourceTypes/Robot").refused(404, "").await.map(drop)
        }),
        Case::new(
            "rfc7643-6-names-of-types-are-case-exact",
            "A resource type is not found in another letter case (erratum 8475).",
            |t| async move {
                for name in ["user", "USER", "group", "gROUP"] {
                    t.get(&format!("/ResourceTypes/{name}")).refused(404, "").await?;
                }
                t.get("/ResourceTypes/Group").expect(200).await.map(drop)
            },
        ),
        Case::new(
            "rfc7644-4-discovery-describes-itself",
            "/Schemas has the schemas of ServiceProviderConfig, ResourceType and Schema, too.",
            |t| async move {
                let schemas = t.get("/Schemas").expect(200).await?;
                for path in ["/ServiceProviderConfig", "/ResourceTypes/User", &format!("/Schemas/{USER}")] {
                    let described = t.get(path).expect(200).await?;
                    for urn in described.list_at("/schemas")? {
                        schemas.has("/Resources", json!({"id": urn}))?;
                        let urn = urn.as_str().unwrap_or_default();
                        t.get(&format!("/Schemas/{urn}")).expect(200).await?.is("/id", urn)?;
                    }
                }
                schemas.has("/schemas", LIST).map(drop)
            },
        ),
    ];
    each.into_iter().chain(others).collect()
}

fn schemas() -> Vec<Case> {
    let each = [("user", USER, "User"), ("group", GROUP, "Group"), ("enterprise", ENTERPRISE, "EnterpriseUser")].map(
        |(label, urn, name)| {
            let rule = "The schema is in the list and can be read by its URN.";
            Case::new(format!("rfc7643-7-schema-{label}"), rule, move |t| async move {
                let list = t.get("/Schemas").expect(200).await?;
                list.is_scim()?.has("/schemas", LIST)?.has("/Resources", json!({"id": urn}))?;
                let one = t.get(&format!("/Schemas/{urn}")).expect(200).await?;
                let found = one.text_at("/name")?.replace(' ', "");
                one.is("/id", urn)?
                    .ensure(found == name, format!("the name {name}"))?
                    .is("/meta/resourceType", "Schema")?;
                let listed = list.list_at("/Resources")?.iter().find(|item| item["id"] == urn).cloned();
                one.is("", listed.unwrap_or_default()).map(drop)
            })
        },
    );
    let others = [
        Case::new(
            "rfc7643-7-attributes-are-described-whole",
            "Each attribute has name, type, multiValued, description, required, mutability, returned and, if values \
             can be unique, uniqueness.",
            |t| async move {
                let schemas = t.get("/Schemas").expect(200).await?;
                let lists = schemas.each("/attributes");
                let mut attributes: Vec<&Value> =
                    lists.iter().flat_map(|list| list.as_array().into_iter().flatten()).collect();
                let subs: Vec<&Value> =
                    attributes.iter().flat_map(|one| one["subAttributes"].as_array().into_iter().flatten()).collect();
                attributes.extend(subs);
                for one in &attributes {
                    let texts = ["name", "type", "description", "mutability", "returned"]
                        .iter()
                        .all(|key| one[*key].is_string());
                    let flags = ["multiValued", "required"].iter().all(|key| one[*key].is_boolean());
                    // RFC 7643 §2.3, erratum 6004: these have no uniqueness.
                    let has_none = ["complex", "boolean", "dateTime", "binary"].iter().any(|kind| one["type"] == *kind);
                    let texts = texts && (has_none || one["uniqueness"].is_string());
                    schemas.ensure(texts && flags, format!("all characteristics in {one}"))?;
                }
                schemas.ensure(attributes.len() > 50, "the attributes of RFC 7643").map(drop)
            },
        ),
        Case::new(
            "rfc7643-7-complex-attributes-have-sub-attributes",
            "Complex attributes have subAttributes, and no others do.",
            |t| async move {
                let schemas = t.get("/Schemas").expect(200).await?;
                let lists = schemas.each("/attributes");
                let mut attributes = lists.iter().flat_map(|list| list.as_array().into_iter().flatten()).peekable();
                schemas.ensure(attributes.peek().is_some(), "attributes")?;
                attributes.try_for_each(|one| {
                    let has = one["subAttributes"].as_array().is_some_and(|list| !list.is_empty());
                    schemas
                        .ensure(
                            has == (one["type"] == "complex"),
                            format!("subAttributes only in complex attributes: {}", one["name"]),
                        )
                        .map(drop)
                })
            },
        ),
        Case::new("rfc7643-7-schemas-hold-no-null", "A schema has no null.", |t| async move {
            let schemas = t.get("/Schemas").expect(200).await?;
            schemas.has("/Resources", json!({"id": USER}))?.ensure(!schemas.text.contains(":null"), "no null").map(drop)
        }),
        Case::new("rfc7644-4-schema-by-encoded-urn", "A URN may be percent-encoded in the path.", |t| async move {
            t.get(&format!("/Schemas/{}", USER.replace(':', "%3A"))).expect(200).await?.is("/id", USER).map(drop)
        }),
        Case::new("rfc7644-4-unknown-schema-is-404", "An unknown URN is answered 404.", |t| async move {
            t.get(&format!("/Schemas/{USER}")).expect(200).await?;
            t.get("/Schemas/urn:example:nothing").refused(404, "").await.map(drop)
        }),
    ];
    each.into_iter().chain(others).collect()
}

fn methods() -> Vec<Case> {
    let mut cases = Vec::new();
    for (label, path) in ENDPOINTS {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let name = format!("rfc7644-4-{label}-{}-is-405", method.to_lowercase());
            cases.push(Case::new(name, "Discovery endpoints accept only GET; Allow says so.", move |t| async move {
                t.get(path).expect(200).await?;
                let refused = t.call(method, path).json(&json!({})).refused(405, "").await?;
                refused.ensure(refused.header("allow").contains("GET"), "Allow: GET").map(drop)
            }));
        }
    }
    for (label, path) in &ENDPOINTS[1..] {
        cases.push(Case::new(
            format!("rfc7644-4-{label}-filter-is-403"),
            "A filter on a discovery endpoint is answered 403.",
            move |t| async move {
                t.get(path).expect(200).await?;
                t.filter(path, "id pr").refused(403, "").await.map(drop)
            },
        ));
        cases.push(Case::new(
            format!("rfc7644-4-{label}-total-is-its-length"),
            "The list is complete: it is not paged.",
            move |t| async move {
                let list = t.get(&format!("{path}?startIndex=2&count=1")).expect(200).await?;
                let items = list.list_at("/Resources")?.len();
                list.ensure(items >= 2, "all items")?.is("/totalResults", items).map(drop)
            },
        ));
    }
    cases
}
