//! Where a page was scrolled to, for a person who goes back to it: the browser scrolls before the data is there, when the page is
//! too short for that.

use std::collections::HashMap;

use leptos::{ev, prelude::*};

use crate::paths;

/// For the life of the document.
#[derive(Clone, Copy)]
pub(crate) struct Scroll {
    /// By the address of the page.
    positions: StoredValue<HashMap<String, f64>>,
    /// The page that the person has gone back to, and where to scroll once its data is there.
    wanted: StoredValue<Option<(String, f64)>>,
}

impl Scroll {
    pub(crate) fn provide() {
        let scroll = Self { positions: StoredValue::new(HashMap::new()), wanted: StoredValue::new(None) };
        provide_context(scroll);
        Effect::new(move |_| {
            let listeners = [
                window_event_listener(ev::scroll, move |_| {
                    if let (Some(here), Ok(y)) = (here(), window().scroll_y()) {
                        scroll.positions.update_value(|positions| {
                            positions.insert(here, y);
                        });
                    }
                }),
                window_event_listener(ev::popstate, move |_| {
                    let position = here().and_then(|here| {
                        let y = scroll.positions.with_value(|positions| positions.get(&here).copied())?;
                        Some((here, y))
                    });
                    scroll.wanted.set_value(position);
                }),
            ];
            on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
        });
    }

    /// The data of the page is there.
    pub(crate) fn restore() {
        let Some(scroll) = use_context::<Self>() else { return };
        let Some((page, y)) = scroll.wanted.try_update_value(Option::take).flatten() else {
            return keep_chosen_language_in_sight();
        };
        // What is shown with the data has its height in the frame after the next.
        request_animation_frame(move || {
            request_animation_frame(move || {
                if here() == Some(page) {
                    window().scroll_to_with_x_and_y(0.0, y);
                }
            });
        });
    }
}

/// The language switch leads back to its button, which the data moves away. A person who has scrolled meanwhile is left where they are.
fn keep_chosen_language_in_sight() {
    let Some(button) = document().active_element().filter(|element| element.id() == paths::CHOSEN_LANGUAGE) else {
        return;
    };
    if is_at_bottom() {
        request_animation_frame(move || request_animation_frame(move || button.scroll_into_view_with_bool(false)));
    }
}

fn is_at_bottom() -> bool {
    let height = window().inner_height().ok().and_then(|height| height.as_f64());
    let page = document().document_element().map(|page| f64::from(page.scroll_height()));
    let bottom = window().scroll_y().ok().zip(height).map(|(y, height)| y + height);
    // Positions may be fractions of a pixel.
    bottom.zip(page).is_some_and(|(bottom, page)| bottom + 1.0 >= page)
}

fn here() -> Option<String> {
    let location = window().location();
    Some(location.pathname().ok()? + &location.search().ok()?)
}
