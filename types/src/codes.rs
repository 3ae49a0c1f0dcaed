//! Codes that may grow: one that this version does not know arrives as `Unknown` and breaks nothing.

macro_rules! codes {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $vdoc:literal])* $variant:ident = $text:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[doc = $vdoc])* $variant,)*
            /// A code that this version of the crate does not know.
            Unknown(String),
        }

        impl $name {
            /// All that this version knows.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(other) => other,
                }
            }
        }

        #[cfg(feature = "openapi")]
        impl $name {
            /// What the code means, as the OpenAPI document says it.
            #[must_use]
            pub fn meaning(&self) -> String {
                let meaning = match self {
                    $(Self::$variant => concat!($($vdoc),*),)*
                    Self::Unknown(_) => "",
                };
                $crate::openapi::plain(meaning)
            }
        }

        #[cfg(feature = "openapi")]
        $crate::openapi::enumerated!(
            $name,
            $name::ALL.iter().map(|code| code.as_str().to_owned()),
            $crate::openapi::described(
                concat!($($doc),*),
                $name::ALL.iter().map(|code| (code.as_str(), code.meaning())),
            )
        );

        impl From<String> for $name {
            fn from(code: String) -> Self {
                match code.as_str() {
                    $($text => Self::$variant,)*
                    _ => Self::Unknown(code),
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

pub(crate) use codes;
