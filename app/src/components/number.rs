use leptos::prelude::*;
use std::ops::RangeInclusive;

/// A field for a number in a range, with the unit after it.
pub(crate) fn number(
    name: &'static str,
    label: &'static str,
    value: u32,
    range: RangeInclusive<u32>,
    unit: &'static str,
) -> impl IntoView {
    let (min, max) = range.into_inner();
    view! {
        <label class="field">
            <span class="label">{label}</span>
            <span class="with-unit">
                <input class="number" type="number" name=name min=min.to_string() max=max.to_string() required value=value.to_string()/>
                <span class="soft">{unit}</span>
            </span>
        </label>
    }
}
