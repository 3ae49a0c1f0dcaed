//! Which page stands where.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    brand::Brand,
    components::{Connection, CookieNotice, FirstPage, Footer, Header, Me},
    guard,
    light::{own, page},
    pages::{
        Activity, ChangePassword, ConnectionCheck, Data, DeleteAccount, Devices, Landing, NotFound, Profile, Security,
        SignIn, SignOut, SignUp, SignedOut,
    },
    paths, review_room,
    scroll::Scroll,
    session::{Paths, Phase, Session},
    submitted::Submitted,
    typed, words,
};

/// The whole of what is between `<body>` and `</body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Brand::provide();
    FirstPage::provide();
    Submitted::provide();
    Session::provide_where(Paths { needs_session: paths::needs_session, is_for_strangers: paths::is_for_strangers });
    Me::provide();
    Scroll::provide();
    let session = Session::here();
    Effect::new(move |_| match session.phase() {
        Phase::SignedIn | Phase::Refreshing => typed::forget(),
        Phase::SignedOut(_) => review_room::forget(),
        Phase::Restoring => {}
    });
    view! {
        <Router>
            <guard::KeepPageAndSessionTogether />
            // "external" keeps the router's hands off: the browser itself moves the focus.
            <a class="skip" href="#main" rel="external">
                {words::here().frame.skip}
            </a>
            <Header />
            <Connection />
            <CookieNotice />
            <main id="main" tabindex="-1">
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/") view=page(Landing) ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view=page(SignIn) ssr=SsrMode::Async />
                    <Route path=path!("/sign-up") view=page(SignUp) ssr=SsrMode::Async />
                    <Route path=path!("/sign-out") view=page(SignOut) ssr=SsrMode::Async />
                    <Route path=path!("/account") view=page(|| own(Profile)) ssr=SsrMode::Async />
                    <Route path=path!("/account/security") view=page(|| own(Security)) ssr=SsrMode::Async />
                    <Route path=path!("/account/password") view=page(|| own(ChangePassword)) ssr=SsrMode::Async />
                    <Route path=path!("/account/devices") view=page(|| own(Devices)) ssr=SsrMode::Async />
                    <Route path=path!("/account/activity") view=page(|| own(Activity)) ssr=SsrMode::Async />
                    <Route path=path!("/account/data") view=page(|| own(Data)) ssr=SsrMode::Async />
                    <Route path=path!("/account/delete") view=page(|| own(DeleteAccount)) ssr=SsrMode::Async />
                    <Route path=path!("/connection") view=page(ConnectionCheck) ssr=SsrMode::Async />
                    <Route path=path!("/signed-out") view=page(SignedOut) ssr=SsrMode::Async />
                </FlatRoutes>
            </main>
            <Footer />
        </Router>
    }
}

/// The same for the server. The type of the whole tree is a thousand words long; who uses it there should not have to
/// compile that, and the browser should not have to load what it takes to hide it.
#[cfg(feature = "ssr")]
#[must_use]
pub fn root() -> AnyView {
    App().into_any()
}
