//! Tells a receiver of the operator's of each theft, by a signed `POST` as Standard Webhooks describe it
//! (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
//!
//! Nobody waits for it: what happened is put in a queue, and what does not fit there, or cannot be delivered after a few tries, is
//! logged and counted. The instance that has committed a theft tells of it, once; what is in the queue when the process dies is lost.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Client, Url, redirect::Policy};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use serde::Serialize;
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::{Clock, rfc3339},
    ids,
    metrics::{Metrics, WebhookOutcome},
    random::Random,
    session::{Caller, EventKind, SecurityEvent},
};

/// At most this many wait to be told.
const QUEUE: usize = 256;
/// The receiver answers within this, or it is tried again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between one try and the next.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(5), Duration::from_secs(30)];
/// How long a server that stops goes on to tell what is left.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// `ALERT_WEBHOOK_URL` and `ALERT_WEBHOOK_SECRET`. Whoever knows the address may send to it, so it is a secret, too.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// Where to.
    pub url: SecretString,
    /// Signs, so that the receiver can tell our messages from others.
    pub key: SecretSlice<u8>,
}

/// Where thefts are put to be told of.
pub struct Webhook {
    queue: mpsc::Sender<Message>,
    metrics: Arc<Metrics>,
    random: Arc<dyn Random>,
}

/// Tells what is in the queue.
pub struct Courier {
    queue: mpsc::Receiver<Message>,
    client: Client,
    url: Url,
    key: hmac::Key,
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
}

/// The two ends of a queue.
///
/// # Errors
/// When the settings' address is none, or there is no TLS.
pub fn open(
    receiver: &Receiver,
    metrics: &Arc<Metrics>,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> anyhow::Result<(Webhook, Courier)> {
    let (sender, queue) = mpsc::channel(QUEUE);
    // A redirect could lead anywhere, and take what is told there.
    let url: Url = receiver.url.expose_secret().parse()?;
    let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE);
    // Plain text is for this machine alone, whatever proxy the environment names.
    let client = if url.scheme() == "http" { client.no_proxy() } else { client }.build()?;
    let courier = Courier {
        queue,
        client,
        url,
        key: hmac::Key::new(hmac::HMAC_SHA256, receiver.key.expose_secret()),
        metrics: Arc::clone(metrics),
        clock: Arc::clone(clock),
    };
    let webhook = Webhook { queue: sender, metrics: Arc::clone(metrics), random: Arc::clone(random) };
    Ok((webhook, courier))
}

/// What is sent, and what it is called however often it is.
struct Message {
    id: String,
    body: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    r#type: &'a str,
    timestamp: String,
    data: Reuse<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reuse<'a> {
    user_id: Option<&'a str>,
    session_id: Option<&'a str>,
    /// Who presented the token.
    origin: Side<'a>,
    /// Who had used the session before.
    other: Option<Side<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Side<'a> {
    ip: &'a str,
    user_agent: &'a str,
}

impl<'a> From<&'a Caller> for Side<'a> {
    fn from(origin: &'a Caller) -> Self {
        Self { ip: &origin.ip, user_agent: &origin.user_agent }
    }
}

impl Webhook {
    /// A theft is put in the queue, and anything else left alone. Never waits.
    pub(super) fn committed(&self, event: &SecurityEvent) {
        if !matches!(event.kind, EventKind::RefreshReused | EventKind::CloneSuspected) {
            return;
        }
        let payload = Payload {
            r#type: event.kind.as_str(),
            timestamp: rfc3339(event.at),
            data: Reuse {
                user_id: event.user_id.as_ref().map(sessionkeep_types::UserId::as_str),
                session_id: event.session_id.as_ref().map(sessionkeep_types::SessionId::as_str),
                origin: (&event.origin).into(),
                other: event.other.as_ref().map(Into::into),
            },
        };
        let body = serde_json::to_vec(&payload).expect("OK because it is texts");
        let id = format!("msg_{}", ids::new(event.at, &*self.random));
        if let Err(TrySendError::Full(message) | TrySendError::Closed(message)) =
            self.queue.try_send(Message { id, body })
        {
            self.metrics.told(WebhookOutcome::Dropped);
            tracing::error!(id = message.id, "the alert webhook is not told of a theft: too many wait");
        }
    }
}

impl Courier {
    /// Tells until `stop`, and for a moment longer.
    pub async fn deliver(mut self, stop: CancellationToken) {
        let mut current = None;
        let telling = async {
            while let Some(message) = self.queue.recv().await {
                self.tell(current.insert(message)).await;
                current = None;
            }
        };
        stop.run_until_cancelled(telling).await;
        self.queue.close();
        // Told a second time, it has the same id.
        let mut left = VecDeque::from_iter(current);
        while let Ok(message) = self.queue.try_recv() {
            left.push_back(message);
        }
        let last = async {
            while let Some(message) = left.front() {
                self.tell(message).await;
                left.pop_front();
            }
        };
        let _ = timeout(LAST_WORDS, last).await;
        for message in left {
            self.metrics.told(WebhookOutcome::Dropped);
            tracing::error!(id = message.id, "the alert webhook is not told of a theft: the server stops");
        }
    }

    async fn tell(&self, message: &Message) {
        let mut pauses = PAUSES.iter();
        loop {
            let said = match self.send(message).await {
                Ok(status) if status.is_success() => return self.metrics.told(WebhookOutcome::Delivered),
                Ok(status) => status.to_string(),
                // With its causes, and without the address.
                Err(error) => format!("{:#}", anyhow::Error::new(error.without_url())),
            };
            let Some(pause) = pauses.next() else {
                self.metrics.told(WebhookOutcome::Failed);
                tracing::error!(id = message.id, said, "the alert webhook could not be told of a theft");
                return;
            };
            tracing::warn!(id = message.id, said, "the alert webhook does not take it; once more");
            sleep(*pause).await;
        }
    }

    async fn send(&self, message: &Message) -> reqwest::Result<reqwest::StatusCode> {
        let timestamp = self.clock.now().seconds();
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature(&self.key, &message.id, timestamp, &message.body))
            .body(message.body.clone());
        Ok(request.send().await?.status())
    }
}

/// Standard Webhooks, symmetric: `v1,` and the base64 of the HMAC of id, time and body.
fn signature(key: &hmac::Key, id: &str, timestamp: i64, body: &[u8]) -> String {
    let signed = [format!("{id}.{timestamp}.").as_bytes(), body].concat();
    format!("v1,{}", STANDARD.encode(hmac::sign(key, &signed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Standard Webhooks' own libraries.
    #[test]
    fn a_message_is_signed_as_the_standard_says() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let signature = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
