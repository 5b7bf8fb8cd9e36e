use leptos::prelude::*;

/// An icon beside a word. It is never the only sign of something.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Icon {
    /// A house.
    Home,
    /// Two people.
    Users,
    /// Four squares.
    Groups,
    /// A key.
    Key,
    /// A bin.
    Bin,
    /// A shield with a tick.
    Shield,
    /// A screen.
    Screen,
    /// A gauge.
    Gauge,
    /// A line with a beat in it.
    Pulse,
    /// A sheet with lines.
    Log,
    /// A bell.
    Bell,
    /// A magnifying glass.
    Search,
    /// A triangle with an exclamation mark.
    Warning,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Home => "M2 7.5 8 2.5l6 5M3.5 6.5v7h9v-7M6.5 13.5v-4h3v4",
            Self::Users => {
                "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13.5c0-2.2 2-3.5 4.5-3.5s4.5 1.3 4.5 3.5\
                 M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12 10.3c1.5.5 2.5 1.6 2.5 3.2"
            }
            Self::Groups => "M2 2h4v4H2ZM10 2h4v4h-4ZM10 10h4v4h-4ZM2 10h4v4H2Z",
            Self::Key => "M5.5 13.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM7.6 8.4 13.5 2.5M11 5l2 2",
            Self::Bin => "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9M6.7 7v4M9.3 7v4",
            Self::Shield => "M8 1.8 13 3.5v4.2c0 3-2.1 5.2-5 6.5-2.9-1.3-5-3.5-5-6.5V3.5ZM5.8 7.8l1.6 1.6 2.9-3",
            Self::Screen => "M2 3h12v8H2ZM5.5 13.5h5M8 11v2.5",
            Self::Gauge => "M2 12a6 6 0 1 1 12 0M8 12l2.6-4.2M2 12h1.6M12.4 12H14M8 6v1.2",
            Self::Pulse => "M1.5 8.5h3l2-5 3 9 2-4h3",
            Self::Log => "M3.5 2h9v12h-9ZM6 5.5h4M6 8h4M6 10.5h2.5",
            Self::Bell => "M4 11V7.2a4 4 0 0 1 8 0V11l1.2 1.5H2.8ZM6.8 14.2h2.4",
            Self::Search => "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.8 10.8 14 14",
            Self::Warning => "M8 2 1.5 13.5h13L8 2ZM8 6.5v3.2M8 11.6v.1",
        }
    }
}

/// Draws an icon in the colour of the text.
pub(crate) fn icon(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=icon.path()/>
        </svg>
    }
}

/// The logo: an arch with a smaller arch in it.
pub(crate) fn mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M3.5 21.5V10.5a8.5 8.5 0 0 1 17 0v11"/>
            <path class="mark-gate" d="M8.5 21.5v-8a3.5 3.5 0 0 1 7 0v8Z"/>
            <path d="M2 21.5h20"/>
        </svg>
    }
}
