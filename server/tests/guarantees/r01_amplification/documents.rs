//! Documents that are meant to store as much as possible, up to every limit, and changes of them.

use crate::{
    guarantees::common::Dice,
    support::{Value, json},
};
use serde_json::Map;

/// The largest document that is stored, less the room for the parts around the generated one.
const LARGEST: usize = 131_072 - 700;

/// One character that folding makes twice as long, the most that a long text may become.
const LONG_KEY: char = '\u{fb2c}';

type Make = fn(&mut Dice, usize) -> Value;

const SHAPES: [(&str, Make); 12] = [
    ("escapes", |_, room| json!({"urn:x:Test": {"pad": "\u{1}".repeat(room / 6), "flag": false}})),
    ("a large text", |_, room| json!({"urn:x:Test": {"pad": "x".repeat(room), "flag": false, "in": {"flag": 1}}})),
    ("many names", |_, room| json!({"urn:x:Test": {"flag": false, "a": names((room / 12).min(4_900), 4)}})),
    ("long names", |_, room| json!({"urn:x:Test": {"flag": false, "a": names(room / 2_010, 2_000)}})),
    ("texts just short enough", |_, room| json!({"urn:x:Test": {"flag": false, "list": texts(room / 2_051, 2_048)}})),
    ("deep", |dice, room| json!({"urn:x:Test": deep(dice, room)})),
    ("addresses", |_, room| json!({"emails": addresses((room / 60).min(1_000))})),
    ("bare addresses", |_, room| json!({"emails": bare((room / 20).min(1_000))})),
    ("addresses with long keys", |_, room| json!({"emails": folded((room / 110).min(1_000))})),
    ("numbers", |_, room| json!({"urn:x:Test": {"flag": false, "list": vec![1e15; (room / 20).min(1_000)]}})),
    ("names with long keys", |_, room| {
        let text: String = std::iter::repeat_n(LONG_KEY, room / 7).collect();
        json!({"name": {"givenName": text, "familyName": text}})
    }),
    ("several attributes", |dice, room| {
        let most = 1 + dice.below(900);
        let each = (room / most).saturating_sub(12).max(1);
        names_with(most, &"y".repeat(each))
    }),
];

/// A user document with this name, of some shape and size.
pub(super) fn any(dice: &mut Dice, name: &str) -> (&'static str, Value) {
    let (shape, make) = *dice.one(&SHAPES);
    let room = *dice.one(&[200, 2_000, 20_000, LARGEST, LARGEST]);
    let mut document = json!({"userName": format!("{name:-<8}"), "active": true, "title": "x"});
    if dice.once_in(4) {
        document["displayName"] = json!("d".repeat(2_000));
    }
    let (Value::Object(all), Value::Object(made)) = (&mut document, make(dice, room)) else { panic!("objects") };
    all.extend(made);
    (shape, document)
}

/// Changes that are far shorter than what they change.
pub(super) fn operations(dice: &mut Dice) -> Vec<(&'static str, Value)> {
    let replace = |path: &str, value: Value| json!({"op": "replace", "path": path, "value": value});
    let text = "z".repeat(1 + dice.below(500));
    vec![
        ("a flag", replace("urn:x:Test:flag", json!(true))),
        ("a flag deeper", replace("urn:x:Test:in.flag", json!(2))),
        ("the title", replace("title", json!(text))),
        ("all displays", replace("emails.display", json!("z".repeat(1 + dice.below(40))))),
        ("all values", replace("emails.value", json!(LONG_KEY.to_string().repeat(1 + dice.below(20))))),
        ("some types", replace("emails[type eq \"work\"].type", json!(text))),
        ("one address", json!({"op": "add", "path": "emails", "value": [{"value": "new@corp.example"}]})),
        ("an address less", json!({"op": "remove", "path": "emails[value eq \"new@corp.example\"]"})),
        ("the first addresses", json!({"op": "remove", "path": "emails[value sw \"1\"]"})),
        ("all lists", replace("urn:x:Test:list.flag", json!(true))),
        ("suspended", replace("active", json!(false))),
        ("back", replace("active", json!(true))),
        ("the extension", json!({"op": "remove", "path": "urn:x:Test"})),
        ("the addresses", json!({"op": "remove", "path": "emails"})),
        ("the name", json!({"op": "remove", "path": "name"})),
        ("nothing", replace("active", json!(true))),
    ]
}

fn names(count: usize, length: usize) -> Value {
    let name = |n: usize| (format!("{:a<length$}", format!("n{n}")), json!(1));
    Value::Object((0..count.max(1)).map(name).collect())
}

fn names_with(count: usize, value: &str) -> Value {
    Value::Object((0..count).map(|n| (format!("b{n}"), json!(value))).collect::<Map<_, _>>())
}

fn texts(count: usize, length: usize) -> Vec<String> {
    (0..count).map(|n| format!("{:t<length$}", n)).collect()
}

fn deep(dice: &mut Dice, room: usize) -> Value {
    let levels = 1 + dice.below(50);
    let name = "k".repeat(1 + dice.below(room / (2 * levels) + 1).min(3_000));
    let mut value = json!(vec![1; (room.saturating_sub((name.len() + 5) * levels) / 3).min(1_000)]);
    for _ in 0..levels {
        value = if dice.once_in(2) { json!({name.as_str(): value}) } else { json!([value]) };
    }
    json!({"flag": false, "deep": value})
}

fn addresses(count: usize) -> Vec<Value> {
    (0..count).map(|n| json!({"value": format!("{n}@corp.example"), "type": "work", "display": "x"})).collect()
}

fn bare(count: usize) -> Vec<String> {
    (0..count).map(|n| n.to_string()).collect()
}

fn folded(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{n}{}", LONG_KEY.to_string().repeat(25))).collect()
}
