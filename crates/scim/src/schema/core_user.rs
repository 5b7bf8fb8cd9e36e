use super::{Attribute, Mutability, Returned, Schema, Type, USER_URN};

/// The core User schema (RFC 7643 §4.1).
pub static USER_SCHEMA: Schema = Schema {
    id: USER_URN,
    name: "User",
    description: "User Account",
    attributes: &[
        Attribute::string("userName", "Name with which the user signs in. REQUIRED.").required().unique(),
        Attribute::complex("name", "Components of the user's name.", &NAME),
        Attribute::string("displayName", "Name of the user, for humans."),
        Attribute::string("nickName", "Casual way to address the user."),
        Attribute::reference("profileUrl", "URL of the user's profile page.", &["external"]),
        Attribute::string("title", "The user's title, such as \"Vice President\"."),
        Attribute::string("userType", "Relation between the organization and the user, such as \"Contractor\"."),
        Attribute::string("preferredLanguage", "Preferred languages, as in the Accept-Language header."),
        Attribute::string("locale", "Location, for formatting of currencies, dates and numbers."),
        Attribute::string("timezone", "Time zone, by its name in the IANA database."),
        Attribute::new("active", Type::Boolean, "Whether the user may sign in."),
        Attribute::string("password", "Accepted and dropped: this service keeps no password of a provisioned user.")
            .case_exact()
            .mutability(Mutability::WriteOnly)
            .returned(Returned::Never),
        Attribute::complex("emails", "E-mail addresses.", &EMAILS).multi_valued(),
        Attribute::complex("phoneNumbers", "Phone numbers.", &PHONE_NUMBERS).multi_valued(),
        Attribute::complex("ims", "Instant messaging addresses.", &IMS).multi_valued(),
        Attribute::complex("photos", "URLs of photos of the user.", &PHOTOS).multi_valued(),
        Attribute::complex("addresses", "Physical mailing addresses.", &ADDRESSES).multi_valued(),
        Attribute::complex("groups", "Groups to which the user belongs; changed through the groups.", &GROUPS)
            .multi_valued()
            .mutability(Mutability::ReadOnly),
        Attribute::complex("entitlements", "Entitlements of the user.", &PLAIN).multi_valued(),
        Attribute::complex("roles", "Roles of the user.", &PLAIN).multi_valued(),
        Attribute::complex("x509Certificates", "X.509 certificates of the user.", &CERTIFICATES).multi_valued(),
    ],
};

const DISPLAY: Attribute = Attribute::string("display", "The value, for humans.");
const TYPE: Attribute = Attribute::string("type", "What the value is used for.");
const PRIMARY: Attribute =
    Attribute::new("primary", Type::Boolean, "Whether this is the preferred value; at most one is.");
const WORK_HOME_OTHER: Attribute = TYPE.canonical(&["work", "home", "other"]);

static NAME: [Attribute; 6] = [
    Attribute::string("formatted", "Full name, formatted for display."),
    Attribute::string("familyName", "Family name."),
    Attribute::string("givenName", "Given name."),
    Attribute::string("middleName", "Middle names."),
    Attribute::string("honorificPrefix", "Title before the name, such as \"Ms.\"."),
    Attribute::string("honorificSuffix", "Suffix after the name, such as \"III\"."),
];

static EMAILS: [Attribute; 4] = [Attribute::string("value", "E-mail address."), DISPLAY, WORK_HOME_OTHER, PRIMARY];

static PHONE_NUMBERS: [Attribute; 4] = [
    Attribute::string("value", "Phone number."),
    DISPLAY,
    TYPE.canonical(&["work", "home", "mobile", "fax", "pager", "other"]),
    PRIMARY,
];

static IMS: [Attribute; 4] = [
    Attribute::string("value", "Instant messaging address."),
    DISPLAY,
    TYPE.canonical(&["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]),
    PRIMARY,
];

static PHOTOS: [Attribute; 4] = [
    Attribute::reference("value", "URL of the photo.", &["external"]),
    DISPLAY,
    TYPE.canonical(&["photo", "thumbnail"]),
    PRIMARY,
];

static ADDRESSES: [Attribute; 8] = [
    Attribute::string("formatted", "Full mailing address, formatted for display or a label."),
    Attribute::string("streetAddress", "Street, house number, post office box."),
    Attribute::string("locality", "City or locality."),
    Attribute::string("region", "State or region."),
    Attribute::string("postalCode", "Postal code."),
    Attribute::string("country", "Country."),
    WORK_HOME_OTHER,
    PRIMARY,
];

const READ_ONLY: Mutability = Mutability::ReadOnly;

static GROUPS: [Attribute; 4] = [
    Attribute::string("value", "Identifier of the group.").case_exact().mutability(READ_ONLY),
    Attribute::reference("$ref", "URI of the group.", &["Group"]).mutability(READ_ONLY),
    Attribute::string("display", "Name of the group, for humans.").mutability(READ_ONLY),
    Attribute::string("type", "Kind of membership.").canonical(&["direct", "indirect"]).mutability(READ_ONLY),
];

static PLAIN: [Attribute; 4] = [Attribute::string("value", "The value."), DISPLAY, TYPE, PRIMARY];

static CERTIFICATES: [Attribute; 4] =
    [Attribute::new("value", Type::Binary, "DER-encoded certificate.").case_exact(), DISPLAY, TYPE, PRIMARY];
