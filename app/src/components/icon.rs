//! The icons: each one path, drawn with the colour of the text around it.

use leptos::prelude::*;

/// What is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Check,
    Chevron,
    Data,
    Download,
    Info,
    Key,
    Laptop,
    Person,
    Phone,
    Pulse,
    Shield,
    ShieldAlert,
    SignIn,
    SignOut,
    Tablet,
    Terminal,
    Warning,
}

impl Icon {
    /// On a square of 24.
    fn path(self) -> &'static str {
        match self {
            Self::Warning => "M12 3.5 2.5 20h19zM12 10v4.5M12 17.25v.01",
            Self::Check => "M4.5 12.5l5 5L19.5 7",
            Self::Chevron => "M6 9.5l6 6 6-6",
            Self::Data => "M5.5 10.5h13V21h-13zM8.5 10.5V7a3.5 3.5 0 0 1 7 0v3.5M12 14.5v2.5",
            Self::Download => "M12 3.5v12M7 10.5l5 5 5-5M4.5 20.5h15",
            Self::Info => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.75v.01",
            Self::Key => "M7.75 20.5a4.25 4.25 0 1 0 0-8.5 4.25 4.25 0 0 0 0 8.5zM10.75 13.25 20.5 3.5M16 8l3.5 3.5",
            Self::Laptop => "M5 5h14v10.5H5zM2.5 19.5h19",
            Self::Person => "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20.5c.6-3.6 3.8-5.5 8-5.5s7.4 1.9 8 5.5",
            Self::Phone => "M7.5 2.5h9a1 1 0 0 1 1 1v17a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-17a1 1 0 0 1 1-1zM11 18.25h2",
            Self::Pulse => "M2.5 12H7l3-8 4 16 3-8h4.5",
            Self::Shield => "M12 3l7.5 3v5.5c0 4.6-3.1 8-7.5 9.5-4.4-1.5-7.5-4.9-7.5-9.5V6zM9 11.75l2.25 2.25L15.25 10",
            Self::ShieldAlert => "M12 3l7.5 3v5.5c0 4.6-3.1 8-7.5 9.5-4.4-1.5-7.5-4.9-7.5-9.5V6zM12 8v4.5M12 15.75v.01",
            Self::SignIn => "M10.5 3.5h9v17h-9M3 12h11M10.5 8.5 14 12l-3.5 3.5",
            Self::SignOut => "M13.5 3.5h-9v17h9M10 12h11M17.5 8.5 21 12l-3.5 3.5",
            Self::Tablet => "M5.5 3h13v18h-13zM11 17.75h2",
            Self::Terminal => "M3 4.5h18v15H3zM7 9l3 3-3 3M13 15h4",
        }
    }
}

/// The icon. It says nothing by itself: words stand beside it.
#[component]
pub(crate) fn Picture(
    /// Which.
    icon: Icon,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=icon.path() />
        </svg>
    }
}
