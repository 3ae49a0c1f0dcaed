//! Views that need less code in the browser.
//!
//! Where Leptos hides the type of a view (each page is one, and so is what [`crate::components::Loaded`] shows), it keeps
//! every way to bring that view to life, used or not, and most of the bundle is made of those. What cannot happen here is
//! taken out: a view that has to wait until more of the program was loaded, because the program is loaded as a whole;
//! taking over from the server's HTML what the server never renders; and turning a page into another showing of itself,
//! which is so rare that it is made anew.

use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::*,
    tachys::{
        hydration::Cursor,
        ssr::StreamBuilder,
        view::{Position, PositionState},
    },
};

use crate::session::Session;

/// A page: it comes to life at once.
pub(crate) fn page<V: IntoView + 'static>(page: fn() -> V) -> impl Fn() -> Light<V, true> + Clone + Send + 'static {
    move || Light(page())
}

/// The page of a person. When another session takes the place of the one that it was made in, it is made anew: nothing
/// that was typed or said is left to somebody else.
pub(crate) fn own<V: IntoView + 'static>(page: fn() -> V) -> impl IntoView {
    let session = Session::here();
    let epoch = Memo::new(move |_| session.epoch());
    move || {
        epoch.get();
        Light::<V, true>(page())
    }
}

/// What only ever comes after the page, such as what belongs to the person.
pub(crate) fn later<V: IntoView + 'static>(view: V) -> AnyView {
    Light::<V, false>(view).into_any()
}

/// A view, and whether the server may have rendered it.
pub(crate) struct Light<V, const RENDERED: bool>(V);

impl<V: Render, const RENDERED: bool> Render for Light<V, RENDERED> {
    type State = V::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        let mut anew = self.build();
        state.insert_before_this(&mut anew);
        state.unmount();
        *state = anew;
    }
}

impl<V: AddAnyAttr, const RENDERED: bool> AddAnyAttr for Light<V, RENDERED> {
    type Output<A: Attribute> = Light<V::Output<A>, RENDERED>;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self::Output<A>
    where
        Self::Output<A>: RenderHtml,
    {
        Light(self.0.add_any_attr(attribute))
    }
}

impl<V: RenderHtml, const RENDERED: bool> RenderHtml for Light<V, RENDERED> {
    type AsyncOutput = V::AsyncOutput;
    type Owned = Light<V::Owned, RENDERED>;

    const MIN_LENGTH: usize = V::MIN_LENGTH;
    const EXISTS: bool = V::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        self.0.resolve().await
    }

    fn to_html_with_buf(
        self,
        buffer: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        attributes: Vec<AnyAttribute>,
    ) {
        self.0.to_html_with_buf(buffer, position, escape, mark_branches, attributes);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buffer: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        attributes: Vec<AnyAttribute>,
    ) {
        self.0.to_html_async_with_buf::<OUT_OF_ORDER>(buffer, position, escape, mark_branches, attributes);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        if RENDERED {
            self.0.hydrate::<FROM_SERVER>(cursor, position)
        } else {
            // Never: there is nothing to take over.
            self.0.build()
        }
    }

    // `hydrate_async` is the trait's own, which does not wait for anything.

    fn into_owned(self) -> Self::Owned {
        Light(self.0.into_owned())
    }
}
