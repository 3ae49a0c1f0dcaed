//! Puts the parts together: settings in, a running server out.

use std::{net::TcpListener, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use sessionkeep_verify::Expected;
use tokio::{sync::Notify, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    audit::{
        Audit,
        violations::Violations,
        webhook::{self, Courier},
    },
    auth::{Auth, Confirmations},
    background,
    clock::Clock,
    config::Settings,
    connections,
    http::{self, AppState, Client, Edge},
    keys::{self, Keys},
    limits::{Limits, guessing::Guessing},
    metrics::Metrics,
    metrics_listener::{self, Sampler},
    password::{PasswordRules, Passwords},
    purge::Purge,
    random::{Random, SystemRandom},
    refusal::Refusal,
    revocation::{Revocations, feed},
    storage::Stores,
    token::{access::AccessTokens, companion::Companions, refresh::RefreshTokens},
};

/// How long requests that run may take to finish. With the second before it in which `/readyz` turns, and
/// [`LAST_WRITES`] after it, a stop takes less than ten seconds: what runs containers kills whoever takes longer.
const GRACE: Duration = Duration::from_secs(6);
/// How long the store may take for what is written at the end.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// A server that is ready to run.
pub struct Server {
    /// The use cases, for programs that run no HTTP.
    pub auth: Arc<Auth>,
    /// Once cancelled, nobody shall send requests here any more: it is not ready. It goes on to serve until it stops.
    pub leaving: CancellationToken,
    router: axum::Router,
    max_connections: u32,
    watch: keys::Watch,
    sampler: Arc<Sampler>,
    courier: Option<Courier>,
    purge: Purge,
    closing: CancellationToken,
}

impl Server {
    /// Opens the store, migrates it and wires everything to it.
    ///
    /// # Errors
    /// When the store or the client's bundle cannot be opened.
    pub async fn build(settings: &Settings) -> anyhow::Result<Self> {
        #[cfg(feature = "test-support")]
        let testing = Arc::new(http::Testing::default());
        #[cfg(feature = "test-support")]
        let clock = Arc::clone(&testing.clock) as Arc<dyn Clock>;
        #[cfg(not(feature = "test-support"))]
        let clock: Arc<dyn Clock> = Arc::new(crate::clock::SystemClock);

        // Before the database is touched: a wrong setting shall change nothing.
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let source = Arc::new(settings.keys.clone());
        let loaded = source.prepare(clock.now(), &*random)?;
        for setting in loaded.overtaken() {
            tracing::warn!(
                setting,
                "a newer key of KEYS_DIR follows it; remove it when `keys list` says that it does nothing any more"
            );
        }
        let (access, refresh) = (Keys::new(loaded.access), Keys::new(loaded.refresh));
        let watch = keys::Watch {
            source,
            access: access.clone(),
            refresh: refresh.clone(),
            known: loaded.files,
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
        };

        let stores = Stores::open(
            &settings.database,
            #[cfg(feature = "test-support")]
            &testing.faults,
        )
        .await?;
        let metrics = Arc::<Metrics>::default();
        let webhook = (settings.alert_webhook.as_ref())
            .map(|receiver| webhook::open(receiver, &metrics, &clock, &random))
            .transpose()
            .context("the alert webhook cannot be told")?;
        let (webhook, courier) = webhook.unzip();
        let audit = Arc::new(Audit::new(Arc::clone(&metrics), webhook));
        let stores = stores.reported_to(Arc::clone(&audit) as _);
        let store = Arc::clone(&stores.watched);
        let purge = Purge {
            stores: stores.clone(),
            clock: Arc::clone(&clock),
            metrics: Arc::clone(&metrics),
            event_retention: settings.event_retention,
        };
        let auth = Arc::new(auth(settings, stores, (access.clone(), refresh.clone()), metrics, clock, random)?);
        feed::load(&*auth.sessions, &auth.revocations, &*auth.clock).await?;
        // Before anybody signs in: what the first wrong password costs must not depend on whose it is. In a very large table the
        // answer takes longer than a statement may; each hash that is compared is noted as well.
        background::follow_costs_once(&auth).await;
        let client = client(settings)?;
        let edge = Edge {
            origin: settings.public_origin.clone(),
            cookie: settings.cookie,
            trusted_proxies: settings.trusted_proxies.clone(),
            brand: settings.brand.clone(),
        };
        let (leaving, closing) = (CancellationToken::new(), CancellationToken::new());
        let sampler = Arc::new(Sampler {
            auth: Arc::clone(&auth),
            store,
            access_keys: access.clone(),
            refresh_keys: refresh.clone(),
        });
        let state = AppState {
            auth: Arc::clone(&auth),
            audit,
            violations: Arc::new(Violations::new(Arc::clone(&auth.metrics), settings.public_origin.as_str())),
            edge: Arc::new(edge),
            leaving: leaving.clone(),
            closing: closing.clone(),
            access_keys: access,
            refresh_keys: refresh,
            #[cfg(feature = "test-support")]
            testing,
        };
        Ok(Self {
            auth,
            leaving,
            router: http::router(state, client),
            max_connections: settings.max_connections,
            watch,
            sampler,
            courier,
            purge,
            closing,
        })
    }

    /// Serves until `stop`, then finishes what runs. Metrics are told on a listener of their own, where there is one.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(
        self,
        listener: TcpListener,
        metrics: Option<TcpListener>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        listener.set_nonblocking(true)?;
        let tasks = TaskTracker::new();
        // What goes on in the background serves the requests that are finished after `stop`, too.
        let drained = CancellationToken::new();
        let auth = &self.auth;
        tasks.spawn(feed::follow(
            Arc::clone(&auth.sessions),
            Arc::clone(&auth.revocations),
            Arc::clone(&auth.clock),
            drained.clone(),
        ));
        tasks.spawn(self.watch.follow(drained.clone()));
        tasks.spawn(background::tend(Arc::clone(auth), drained.clone()));
        tasks.spawn(background::follow_costs(Arc::clone(auth), drained.clone()));
        tasks.spawn(self.purge.follow(drained.clone()));
        tasks.spawn(background::erase_deleted(Arc::clone(auth), Arc::clone(&self.sampler.store), drained.clone()));
        if let Some(courier) = self.courier {
            tasks.spawn(courier.deliver(drained.clone()));
        }
        tasks.spawn(background::tidy_metrics(Arc::clone(auth), drained.clone()));
        if let Some(metrics) = metrics {
            let (sampler, drained) = (Arc::clone(&self.sampler), drained.clone());
            tasks.spawn(async move {
                if let Err(error) = metrics_listener::serve(metrics, sampler, drained).await {
                    tracing::error!(%error, "metrics are not served any more");
                }
            });
        }
        tasks.close();

        let handle = axum_server::Handle::new();
        let server = axum_server::from_tcp(listener)?.handle(handle.clone());
        let server = connections::bounded(server, self.max_connections, Some(Arc::clone(&auth.metrics)));
        let draining = tokio::spawn({
            let (stop, leaving, closing) = (stop.clone(), self.leaving, self.closing);
            async move {
                stop.cancelled().await;
                leaving.cancel();
                closing.cancel();
                handle.graceful_shutdown(Some(GRACE));
            }
        });
        let outcome = server.serve(self.router.into_make_service_with_connect_info::<std::net::SocketAddr>()).await;
        stop.cancel();
        drained.cancel();
        draining.await?;
        tasks.wait().await;
        // A database that does not answer any more keeps nobody from stopping.
        let settled = timeout(LAST_WRITES, auth.sessions.settle()).await.unwrap_or_else(|_| {
            tracing::warn!("the store does not answer any more; nothing of what was acknowledged is lost");
            Ok(())
        });
        outcome?;
        Ok(settled?)
    }
}

/// The client's bundle, where one is to be served.
///
/// # Errors
/// When it is not there.
pub(crate) fn client(settings: &Settings) -> Result<Option<Client>, Refusal> {
    let load = |folder: &PathBuf| {
        Client::load(folder).map_err(|error| {
            Refusal::new(
                "ASSETS_DIR",
                error.to_string(),
                "Build the client (`cargo xtask run` does), or remove the setting",
            )
        })
    };
    settings.assets_dir.as_ref().map(load).transpose()
}

fn auth(
    settings: &Settings,
    Stores { accounts, sessions, events, attempts, .. }: Stores,
    (access, refresh): (Keys, Keys),
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> anyhow::Result<Auth> {
    let expected = Expected { issuer: settings.issuer.clone(), audience: settings.audience.clone() };
    let (memory, iterations) = (settings.argon2_memory_kib, settings.argon2_iterations);
    let passwords = Passwords::new(memory, iterations, settings.peppers.clone(), Arc::clone(&random))
        .context("argon2 does not take ARGON2_MEMORY_KIB and ARGON2_ITERATIONS")?
        .counted(Arc::clone(&metrics));
    Ok(Auth {
        accounts,
        sessions,
        events,
        attempts,
        guessing: Guessing::new(refresh.clone()),
        limits: Limits::new(
            settings.refreshes_per_minute,
            settings.registrations_per_hour,
            settings.sign_ins_at_once,
            settings.changes_per_minute,
        ),
        revocations: Arc::new(Revocations::default()),
        confirmations: Confirmations::default(),
        access_tokens: AccessTokens::new(access, expected, settings.access_token_lifetime),
        companions: settings.cookie.companion.then(|| Companions::new(refresh.clone())),
        refresh_tokens: RefreshTokens::new(refresh),
        passwords,
        password_rules: PasswordRules { min_length: settings.password_min_length },
        service: settings.brand.name.clone(),
        deleted: Notify::new(),
        registration_open: settings.registration_open,
        policy: settings.policy.clone(),
        sessions_per_account: settings.sessions_per_account,
        metrics,
        clock,
        random,
    })
}
