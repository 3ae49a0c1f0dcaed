//! Puts the parts together: settings in, a running server out.

use std::{net::TcpListener, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use sessionkeep_verify::Expected;
use tokio::{
    sync::Notify,
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    audit::{
        Audit,
        violations::Violations,
        webhook::{self, Courier},
    },
    auth::{Auth, Confirmations},
    clock::Clock,
    config::Settings,
    connections,
    http::{self, AppState, Client, Edge},
    keys::{self, Keys},
    limits::{Limits, guessing::Guessing},
    metrics::Metrics,
    metrics_listener::{self, Sampler},
    password::{PasswordRules, Passwords},
    purge::{self, Purge},
    random::{Random, SystemRandom},
    refusal::Refusal,
    revocation::{Revocations, feed},
    storage::{StorageError, Stores, Watched},
    token::{access::AccessTokens, companion::Companions, refresh::RefreshTokens},
};

/// How often uses of access tokens are written.
/// How often one store is asked what it owes another.
const TEND: Duration = Duration::from_millis(200);
/// How often what was measured is added up.
const TIDY_METRICS: Duration = Duration::from_secs(5);
/// How long after a deletion a request that began before it may still record an event of the account. A request takes ten seconds
/// at most.
const SETTLED: Duration = Duration::from_mins(1);
/// The shortest time between two passes over deleted accounts.
const ERASE_PAUSE: Duration = Duration::from_secs(1);
/// When an unfinished pass is repeated.
const ERASE_AGAIN: Duration = Duration::from_secs(20);
/// How often the store is asked what its password hashes cost.
const FOLLOW_COSTS: Duration = Duration::from_mins(10);
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
        try_to_follow_costs(&auth).await;
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
        let background = TaskTracker::new();
        // What goes on in the background serves the requests that are finished after `stop`, too.
        let drained = CancellationToken::new();
        let auth = &self.auth;
        background.spawn(feed::follow(
            Arc::clone(&auth.sessions),
            Arc::clone(&auth.revocations),
            Arc::clone(&auth.clock),
            drained.clone(),
        ));
        background.spawn(self.watch.follow(drained.clone()));
        background.spawn(tend(Arc::clone(auth), drained.clone()));
        background.spawn(follow_costs_of_others(Arc::clone(auth), drained.clone()));
        background.spawn(self.purge.follow(drained.clone()));
        background.spawn(erase(Arc::clone(auth), Arc::clone(&self.sampler.store), drained.clone()));
        if let Some(courier) = self.courier {
            background.spawn(courier.deliver(drained.clone()));
        }
        background.spawn(tidy_metrics(Arc::clone(auth), drained.clone()));
        if let Some(metrics) = metrics {
            let (sampler, drained) = (Arc::clone(&self.sampler), drained.clone());
            background.spawn(async move {
                if let Err(error) = metrics_listener::serve(metrics, sampler, drained).await {
                    tracing::error!(%error, "metrics are not served any more");
                }
            });
        }
        background.close();

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
        background.wait().await;
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

async fn tend(auth: Arc<Auth>, stop: CancellationToken) {
    every(TEND, stop, || async {
        if let Err(error) = auth.sessions.tend().await {
            tracing::warn!(%error, "what one store owes the other has to wait");
        }
    })
    .await;
}

/// Asks the store what its password hashes cost. Every refused sign-in costs as much as the dearest of them.
async fn follow_costs(auth: &Auth) -> Result<(), StorageError> {
    let followed = auth.passwords.follow_costs(&auth.accounts.password_costs().await?);
    if followed.too_dear > 0 {
        tracing::warn!(
            parameters = followed.too_dear,
            "password hashes cost more than 16 times those of ARGON2_MEMORY_KIB and ARGON2_ITERATIONS: a refused sign-in \
             shows by its time that such an account exists. Raise the settings, or let its owner sign in"
        );
    }
    Ok(())
}

/// Other instances may have other settings, and hashes are renewed.
async fn follow_costs_of_others(auth: Arc<Auth>, stop: CancellationToken) {
    every(FOLLOW_COSTS, stop, || try_to_follow_costs(&auth)).await;
}

async fn try_to_follow_costs(auth: &Auth) {
    if let Err(error) = follow_costs(auth).await {
        tracing::warn!(%error, "the costs of the store's password hashes are unknown; they are asked for again later");
    }
}

/// Finishes deletions of accounts: at the start, soon after each, and once an hour, since another instance may have stopped in
/// between.
async fn erase(auth: Arc<Auth>, store: Arc<dyn Watched>, stop: CancellationToken) {
    let pass = async || {
        let now = store.time().await?.map_or_else(|| auth.clock.now(), |stored| auth.clock.shared(stored));
        auth.accounts.erase_deleted(now.minus(SETTLED)).await
    };
    let working = async {
        loop {
            let again = match pass().await {
                Ok(false) => purge::EVERY,
                Ok(true) => ERASE_AGAIN,
                Err(error) => {
                    tracing::warn!(%error, "the data of deleted accounts could not be erased; the next pass tries again");
                    ERASE_AGAIN
                }
            };
            sleep(ERASE_PAUSE).await;
            // OK because both mean the same.
            let _either = timeout(again, auth.deleted.notified()).await;
        }
    };
    stop.run_until_cancelled(working).await;
}

async fn tidy_metrics(auth: Arc<Auth>, stop: CancellationToken) {
    every(TIDY_METRICS, stop, || async { auth.metrics.tidy() }).await;
}

/// Until `stop`. Work that is under way then is given up: whatever it is can be done again.
async fn every<F: Future<Output = ()>>(period: Duration, stop: CancellationToken, work: impl Fn() -> F) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let working = async {
        loop {
            ticks.tick().await;
            work().await;
        }
    };
    stop.run_until_cancelled(working).await;
}
