//! What a setter of a list takes.

use kind::{BorrowedTexts, Items, OptionOf, Single};

/// A list of `T`, for a setter: anything that can be iterated over, or an `Option` of that. Its items are a `T`, or any text if
/// `T` is a `String`. `None` is the same as leaving the setter out: the list stays as it is. An empty list can mean something
/// else. `Kind` tells the two forms apart, and is always inferred.
///
/// An `Option` of a single item can be iterated over too, and its `None` would be an empty list. So it is refused, as something of
/// which the compiler cannot infer the kind; the setter of a single item takes it, such as `.tag(row.tag)`.
///
/// ```compile_fail,E0283
/// # use leadconnector::NewContact;
/// let tag: Option<&str> = None;
/// NewContact::builder().tags(tag);
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is no list of `{T}`, and no `Option` of one")]
#[expect(private_bounds, reason = "which lists there are is decided here")]
pub trait List<T, Kind>: Sealed<T, Kind> {}

impl<T, Kind, L: Sealed<T, Kind>> List<T, Kind> for L {}

pub(crate) trait Sealed<T, Kind> {
    /// The items; none if the list stays as it is.
    fn items(self) -> Option<impl Iterator<Item = T>>;
}

#[expect(unreachable_pub, reason = "what a dependent's code infers has to be public, and nobody has to name it")]
mod kind {
    use std::marker::PhantomData;

    /// What can be iterated over.
    #[derive(Debug)]
    pub struct Items;

    /// The same of references to texts, such as `&[&str]`, of which `String` is not made.
    #[derive(Debug)]
    pub struct BorrowedTexts;

    /// A single item that may be there: no list, and only here so that nobody's is taken for one.
    #[derive(Debug)]
    pub struct Single;

    /// An `Option` of a list of this kind.
    #[derive(Debug)]
    pub struct OptionOf<Kind>(PhantomData<Kind>);
}

/// What an item is made of. It is `T` that implements it, so that the compiler can infer the type of an empty list.
pub(crate) trait MadeOf<I> {
    fn made_of(item: I) -> Self;
}

impl<I: Into<Self>> MadeOf<I> for String {
    fn made_of(item: I) -> Self {
        item.into()
    }
}

macro_rules! made_of_itself {
    ($($item:ty),*) => {
        $(impl MadeOf<Self> for $item {
            fn made_of(item: Self) -> Self {
                item
            }
        })*
    };
}
made_of_itself!(crate::CustomField, crate::Filter);

impl<T: MadeOf<L::Item>, L: IntoIterator> Sealed<T, Items> for L {
    #[inline]
    fn items(self) -> Option<impl Iterator<Item = T>> {
        Some(self.into_iter().map(T::made_of))
    }
}

impl<'a, 'b: 'a, L: IntoIterator<Item = &'a &'b str>> Sealed<String, BorrowedTexts> for L {
    #[inline]
    fn items(self) -> Option<impl Iterator<Item = String>> {
        Some(self.into_iter().map(|text| String::from(*text)))
    }
}

impl<T, Kind, L: Sealed<T, Kind>> Sealed<T, OptionOf<Kind>> for Option<L> {
    #[inline]
    fn items(self) -> Option<impl Iterator<Item = T>> {
        self.and_then(L::items)
    }
}

/// Each of these can be iterated over as well, so that its kind cannot be inferred.
macro_rules! single {
    ($([$($lifetime:lifetime)*] $option:ty, of $item:ty;)*) => {
        $(impl<$($lifetime,)* T: MadeOf<$item>, I> Sealed<T, Single> for $option {
            fn items(self) -> Option<impl Iterator<Item = T>> {
                None::<std::iter::Empty<T>>
            }
        })*
    };
}
single! {
    [] Option<I>, of I;
    ['a] &'a Option<I>, of &'a I;
}

impl<'a, 'b: 'a> Sealed<String, OptionOf<Single>> for Option<&'a &'b str> {
    fn items(self) -> Option<impl Iterator<Item = String>> {
        None::<std::iter::Empty<String>>
    }
}

/// Each form of an `Option` of a single item is refused.
///
/// ```compile_fail,E0283
/// leadconnector::ContactUpdate::builder().replace_tags(&Some(String::from("a")));
/// ```
///
/// ```compile_fail,E0283
/// leadconnector::ContactUpdate::builder().replace_tags(["a"].first());
/// ```
///
/// ```compile_fail,E0283
/// use leadconnector::search::{Filter, Search};
/// Search::new().filters(Some(Filter::exists("email")));
/// ```
#[cfg(doctest)]
struct Refused;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::{ContactUpdate, CustomField, CustomFieldId, Filter, NewContact, Search};

    /// The tags that a list gives a contact that has one, and an update that has one. Written as a macro, so that each is inferred.
    macro_rules! tags {
        ($list:expr) => {{
            let contact = NewContact::builder().tag("first").tags($list).build();
            let update = ContactUpdate::builder().replace_tags(["first"]).replace_tags($list).build();
            (contact.tags().join(" "), update.tags().unwrap().join(" "))
        }};
    }

    fn said(added: &str, replaced: &str) -> (String, String) {
        (added.to_owned(), replaced.to_owned())
    }

    #[test]
    fn lists_and_options_of_lists() {
        struct Row {
            tag: Option<String>,
            tags: Vec<String>,
            optional: Option<Vec<String>>,
        }
        let full = Row {
            tag: Some("a".to_owned()),
            tags: vec!["a".to_owned(), "b".to_owned()],
            optional: Some(vec!["a".to_owned(), "b".to_owned()]),
        };
        let slice: &[&str] = &["a", "b"];
        let array = ["a", "b"];
        for tags in [
            tags!(array),
            tags!(&array),
            tags!(slice),
            tags!(slice.to_vec()),
            tags!(slice.iter().copied().filter(|tag| !tag.is_empty())),
            tags!(slice.iter().map(|tag| tag.to_uppercase().to_lowercase())),
            tags!("a,b".split(',')),
            tags!(['a', 'b']),
            tags!(BTreeSet::from(array)),
            tags!(full.tags.clone()),
            tags!(&full.tags),
            tags!(full.tags.as_slice()),
            tags!(full.tags.iter()),
            tags!(Some(array)),
            tags!(Some(&array)),
            tags!(Some(slice)),
            tags!(Some("a,b".split(','))),
            tags!(full.optional.clone()),
            tags!(full.optional.as_ref()),
            tags!(full.optional.as_deref()),
        ] {
            assert_eq!(tags, said("first a b", "a b"));
        }
        for tags in [tags!(full.tag.iter()), tags!(slice.first().into_iter()), tags!(Some(["a"]))] {
            assert_eq!(tags, said("first a", "a"));
        }

        let empty = Row { tag: None, tags: Vec::new(), optional: None };
        for tags in [
            tags!(empty.optional.clone()),
            tags!(empty.optional.as_deref()),
            tags!(None::<[&str; 2]>),
            tags!(None::<&[&str]>),
        ] {
            assert_eq!(tags, said("first", "first"));
        }
        let nothing: &[&str] = &[];
        for tags in [
            tags!(nothing),
            tags!(Some(nothing)),
            tags!(empty.tags.clone()),
            tags!(&empty.tags),
            tags!(empty.tags.iter()),
            tags!(Some(&empty.tags)),
            tags!([""; 0]),
            tags!(&[""; 0]),
            tags!(std::iter::empty::<String>()),
            tags!(empty.tag.iter()),
        ] {
            assert_eq!(tags, said("first", ""));
        }
    }

    #[test]
    fn what_is_no_text() {
        let field = || CustomField::new(CustomFieldId::new("6dvNaf7VhkQ9snc5vnjJ").unwrap(), 7);
        let builder = || NewContact::builder().custom_field(field());
        let update = || ContactUpdate::builder().custom_field(field());
        let fields = |builder: crate::NewContactBuilder| builder.build().custom_fields().len();
        assert_eq!(fields(builder().custom_fields([field(), field()])), 3);
        assert_eq!(fields(builder().custom_fields(Some(vec![field(), field()]))), 3);
        assert_eq!(fields(builder().custom_fields(None::<Vec<CustomField>>)), 1);
        // Empty lists of which nothing says the type.
        assert_eq!(fields(builder().custom_fields([]).custom_fields(Vec::new())), 1);
        assert_eq!(update().custom_fields(Some([field()])).custom_fields([]).build().custom_fields().len(), 2);

        let filter = || Filter::exists("email");
        let one = Search::new().filter(filter());
        assert_eq!(Search::new().filters([filter()]), one);
        assert_eq!(Search::new().filters(Some(vec![filter()])).filters(None::<Vec<Filter>>).filters([]), one);
    }
}
