use leptos::prelude::*;

/// A field for a number from `min` to `max`, with the unit after it.
pub(crate) fn number(
    name: &'static str,
    label: &'static str,
    value: u32,
    min: &'static str,
    max: &'static str,
    unit: &'static str,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="label">{label}</span>
            <span class="with-unit">
                <input class="number" type="number" name=name min=min max=max required value=value.to_string()/>
                <span class="soft">{unit}</span>
            </span>
        </label>
    }
}
