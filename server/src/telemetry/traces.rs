//! Traces by OpenTelemetry (OTLP over HTTP), in builds with the feature `otel` and where `OTEL_EXPORTER_OTLP_ENDPOINT` or
//! `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` names somebody who takes them. The library reads the other `OTEL_*` variables itself.
//!
//! A trace has our own spans and nothing of what is logged within them: no address, no user agent, no statement. A `traceparent`
//! that a request brings is not believed: whoever sends one would choose which of our traces is written to, and that it is.

use std::{env, sync::OnceLock, time::Duration};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::Subscriber;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

/// What somebody has to name.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
/// How long the last spans may take to be sent: a stop waits for it.
const LAST_SPANS: Duration = Duration::from_millis(500);

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// Begins, if somebody takes them. Not on a runtime: what sends them blocks.
pub(super) fn start() -> Result<(), ExporterBuildError> {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    if !ENDPOINTS.into_iter().any(set) || env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value == "true") {
        return Ok(());
    }
    let exporter = SpanExporter::builder().with_http().build()?;
    let resource = Resource::builder();
    let resource = if set("OTEL_SERVICE_NAME") { resource } else { resource.with_service_name("sessionkeep") }.build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    // OK because a process starts once.
    let _ = PROVIDER.set(provider);
    Ok(())
}

/// What makes spans of ours a trace's; `None` where nobody takes them.
pub(super) fn layer<S>() -> Option<impl Layer<S>>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let tracer = PROVIDER.get()?.tracer("sessionkeep");
    let ours = filter_fn(|metadata| metadata.is_span() && metadata.target().starts_with("server"));
    Some(tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false).with_filter(ours))
}

/// Sends what is left.
pub(super) fn finish() {
    if let Some(provider) = PROVIDER.get()
        && let Err(error) = provider.shutdown_with_timeout(LAST_SPANS)
    {
        tracing::warn!(%error, "the last traces could not be sent");
    }
}
