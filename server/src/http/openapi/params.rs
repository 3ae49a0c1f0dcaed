//! The headers that extractors read, as parameters.

use sessionkeep_types::{limits, routes};
use utoipa::{
    IntoParams,
    openapi::{
        Required, SchemaFormat, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::ObjectBuilder,
    },
};

use crate::http::extract::{CsrfGate, RefreshAttempt, SigningIn};

impl IntoParams for CsrfGate {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let value = ObjectBuilder::new().schema_type(Type::String);
        vec![
            header(routes::REQUESTED_BY_HEADER, value)
                // Whoever tries the API finds it filled in.
                .example(Some("docs".into()))
                .required(Required::True)
                .description(Some(
                    "Any value. That it is there proves that no page of another origin sends the request.",
                ))
                .build(),
        ]
    }
}

impl IntoParams for RefreshAttempt {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![attempt("Names the attempt: a new id for each refresh, the same for all repeats of one.")]
    }
}

impl IntoParams for SigningIn {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![attempt(
            "Any id. Declares that the client names its refresh attempts. Without it, the first refresh with an id does.",
        )]
    }
}

/// `before` of a list of events.
pub(in crate::http) struct BeforeEvent;

impl IntoParams for BeforeEvent {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        // Every number that fits, however it is written.
        vec![before(ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"^[+-]?0*[0-9]{1,18}$")))]
    }
}

/// `before` of a list of accounts.
pub(in crate::http) struct BeforeAccount;

impl IntoParams for BeforeAccount {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![before(uuid())]
    }
}

/// `before` of a list of sessions.
pub(in crate::http) struct BeforeSession;

impl IntoParams for BeforeSession {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![before(uuid())]
    }
}

fn uuid() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::Custom("uuid".to_owned())))
}

fn before(cursor: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name("before")
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some("What an earlier page gave as `next`: the part that comes after it."))
        .schema(Some(cursor))
        .build()
}

fn attempt(description: &str) -> Parameter {
    let id = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(limits::ATTEMPT_MAX_LENGTH))
        // Visible ASCII, with white space inside: HTTP drops what is around a value.
        .pattern(Some(r"^[!-~]([\t -~]*[!-~])?$"));
    header(routes::REFRESH_ATTEMPT_HEADER, id).description(Some(description)).build()
}

fn header(name: &str, schema: ObjectBuilder) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::False).schema(Some(schema))
}
