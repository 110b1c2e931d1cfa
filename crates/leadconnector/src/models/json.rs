//! Models as JSON: written and read through the generated type, so that there is one reading.

/// `Serialize` and `Deserialize` of a model by its conversions, `into_raw` and `read` or another one.
macro_rules! as_raw {
    ($model:ty, $raw:ty) => {
        as_raw!($model, $raw, |raw| Ok(<$model>::read(raw)));
    };
    ($model:ty, $raw:ty, |$name:ident| $read:expr) => {
        impl serde::Serialize for $model {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.clone().into_raw().serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $model {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $name = <$raw as serde::Deserialize>::deserialize(deserializer)?;
                $read
            }
        }
    };
}
pub(super) use as_raw;
