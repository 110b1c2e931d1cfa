use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use leadconnector_raw::operations::SEARCH_CONTACTS_ADVANCED;
use leadconnector_raw::types::{SearchContactsRequest, SearchContactsResponse};
use tokio::task::JoinSet;
use tracing::Instrument;

use super::Contacts;
use super::create_all::joined;
use crate::call::Called;
use crate::call::options::options;
use crate::call::outcome::{Read, Reading};
use crate::{Answer, Call, ContactId, Error, FoundContact, Search, Undecodable, UndecodableReason};

impl Contacts {
    /// Searches contacts: "Search Contacts" in the vendor's public specification.
    ///
    /// The results are a stream. While the program uses one page, the next one is fetched, at the location's pace. The stream does not
    /// end at 10,000 contacts, and needs memory for two pages. Nothing is sent before the first contact is asked for. Dropping the
    /// stream stops everything.
    ///
    /// The server searches an index, which lags behind: by a few seconds, says the vendor, and by up to a minute, say others. So do not
    /// conclude from a search that somebody is not there: call [`upsert`](Self::upsert) or [`find_duplicate`](Self::find_duplicate). If
    /// a contact changes during a search, its place in the order may change, and it may come twice or not at all.
    ///
    /// ```
    /// use leadconnector::search::{Direction, Filter, Search};
    /// use leadconnector::{Client, LocationId};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = leadconnector_mock::Server::start().await?;
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
    /// let vips = Search::new()
    ///     .filter(Filter::eq("tags", "vip"))
    ///     .sort("dateAdded", Direction::Descending);
    /// println!("{} vips", contacts.count(vips.clone()).await?);
    ///
    /// let mut found = contacts.search(vips);
    /// while let Some(contact) = found.try_next().await? {
    ///     println!("{} {:?}", contact.id, contact.email);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A whole program, which searches 100,000 contacts: the example `search_all` in the repository.
    ///
    /// # Errors
    ///
    /// See [`Error`]. What the server would refuse is [`Error::Invalid`], before anything is sent. A page that is missing, is the one
    /// before, is empty too early, or has a contact that cannot be read is [`Error::Undecodable`]: what could be read comes first. An
    /// error ends the stream; [`Search::search_after`] goes on behind the last contact.
    pub fn search(&self, search: Search) -> SearchResults {
        SearchResults { page: Vec::new().into_iter(), pages: self.search_pages(search) }
    }

    /// The same search, page by page. Each page has all that came with it.
    ///
    /// # Errors
    ///
    /// As of [`search`](Self::search).
    pub fn search_pages(&self, search: Search) -> SearchPages {
        let seen = search.begins_at();
        let next = match search.into_request(self.location()) {
            Ok(request) => Next::Request(request),
            Err(error) => Next::Error(error.into()),
        };
        SearchPages { contacts: self.clone(), next, seen, last: None }
    }

    /// Counts the contacts that a search would find: `total` in the answer of "Search Contacts". The order and the pages make
    /// no difference.
    ///
    /// # Errors
    ///
    /// See [`Error`]. An answer without a total is [`Error::Undecodable`].
    pub fn count(&self, search: Search) -> Call<u64> {
        self.composite_call(|contacts| async move {
            let request = search.for_the_total().into_request(contacts.location())?;
            let answer = contacts.search_page(&request).await?;
            match answer.value.total {
                Some(total) => Ok(answer.map(|_| total)),
                None => Err(undecodable(UndecodableReason::NoTotal, &answer)),
            }
        })
    }

    async fn search_page(&self, request: &SearchContactsRequest) -> Result<Answer<SearchPage>, Error> {
        self.caller.options.check()?;
        self.caller.send(self.raw().search_contacts_advanced(request)).await
    }
}

/// A page of a search.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SearchPage {
    /// The contacts: `contacts`.
    pub contacts: Vec<FoundContact>,
    /// How many contacts are found on all pages: `total`.
    pub total: Option<u64>,
}

impl SearchPage {
    /// A page with these contacts, for a test. The total is not known.
    pub fn new(contacts: Vec<FoundContact>) -> Self {
        Self { contacts, total: None }
    }
}

impl Read for SearchContactsResponse {
    type Value = SearchPage;

    fn read(self, reading: &mut Reading<'_>) -> Result<SearchPage, UndecodableReason> {
        let Self { contacts, total } = self;
        let contacts = reading.list("contacts", contacts, FoundContact::read)?;
        Ok(SearchPage { contacts, total: total.and_then(|total| total.try_into().ok()) })
    }
}

/// The contacts of [`Contacts::search`].
#[must_use = "a stream does nothing until its items are taken"]
pub struct SearchResults {
    page: std::vec::IntoIter<FoundContact>,
    pages: SearchPages,
}

options!(SearchResults, pages.contacts.caller.options);

impl SearchResults {
    /// The next contact; none at the end.
    ///
    /// # Errors
    ///
    /// As of [`Contacts::search`]. After an error, there is nothing more.
    pub async fn try_next(&mut self) -> Result<Option<FoundContact>, Error> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await.transpose()
    }
}

impl Stream for SearchResults {
    type Item = Result<FoundContact, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(contact) = self.page.next() {
                return Poll::Ready(Some(Ok(contact)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(answer)) => self.page = answer.value.contacts.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl fmt::Debug for SearchResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchResults").finish_non_exhaustive()
    }
}

/// The pages of [`Contacts::search_pages`].
#[must_use = "a stream does nothing until its items are taken"]
pub struct SearchPages {
    contacts: Contacts,
    next: Next,
    /// How many contacts of `total` have come; none if that is not known.
    seen: Option<u64>,
    /// The first and the last id of the page before.
    last: Option<[ContactId; 2]>,
}

enum Next {
    Request(SearchContactsRequest),
    Page(SearchContactsRequest, JoinSet<Result<Answer<SearchPage>, Error>>),
    Error(Error),
    End,
}

options!(SearchPages, contacts.caller.options);

impl SearchPages {
    /// The page that is being fetched from now on, by a task of tokio, so that it gets on while the one before is used.
    fn fetch(&self, request: SearchContactsRequest) -> Next {
        let (contacts, sent) = (self.contacts.clone(), request.clone());
        let mut task = JoinSet::new();
        task.spawn(async move { contacts.search_page(&sent).await }.in_current_span());
        Next::Page(request, task)
    }

    /// The page, if there is one, after what comes behind it has been decided.
    fn looked_at(
        &mut self,
        mut request: SearchContactsRequest,
        answer: Answer<SearchPage>,
    ) -> Result<Option<Answer<SearchPage>>, Error> {
        let SearchPage { contacts, total } = &answer.value;
        let is_first = self.last.is_none();
        let ends = contacts.first().zip(contacts.last()).map(|(first, last)| [first, last].map(|one| one.id.clone()));
        if !is_first && self.last == ends {
            return Err(undecodable(UndecodableReason::RepeatedPage, &answer));
        }
        let count = contacts.len() as u64;
        self.seen = self.seen.map(|seen| seen + count);
        let lacks_some = self.seen.zip(*total).is_some_and(|(seen, total)| seen < total);
        let is_bad = answer.undecoded.iter().any(|path| path.ends_with(']') && !path.contains('.'));
        let place = contacts.last().map(|contact| contact.search_after.as_slice());
        self.next = match place {
            _ if is_bad => Next::Error(undecodable(UndecodableReason::BadContact, &answer)),
            None if lacks_some => Next::Error(undecodable(UndecodableReason::EarlyEnd, &answer)),
            None => Next::End,
            // A page that is short is the last one, unless there are more.
            Some(_) if (count as i64) < request.page_limit && !lacks_some => Next::End,
            Some([]) => Next::Error(undecodable(UndecodableReason::NoNextPage, &answer)),
            Some(place) => {
                request.page = None;
                request.search_after = place.to_vec();
                self.fetch(request)
            }
        };
        self.last = ends.or(self.last.take());
        // An empty page behind others says no more than that they were all.
        if count == 0 && !is_first && !is_bad {
            return match std::mem::replace(&mut self.next, Next::End) {
                Next::Error(error) => Err(error),
                _ => Ok(None),
            };
        }
        Ok(Some(answer))
    }
}

impl Stream for SearchPages {
    type Item = Result<Answer<SearchPage>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::mem::replace(&mut self.next, Next::End) {
                Next::Request(request) => self.next = self.fetch(request),
                Next::Page(request, mut task) => {
                    let Poll::Ready(result) = task.poll_join_next(context) else {
                        self.next = Next::Page(request, task);
                        return Poll::Pending;
                    };
                    let page = joined(result, Called::Operation(&SEARCH_CONTACTS_ADVANCED));
                    return Poll::Ready(page.and_then(|answer| self.looked_at(request, answer)).transpose());
                }
                Next::Error(error) => return Poll::Ready(Some(Err(error))),
                Next::End => return Poll::Ready(None),
            }
        }
    }
}

impl fmt::Debug for SearchPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchPages").finish_non_exhaustive()
    }
}

fn undecodable<T>(reason: UndecodableReason, answer: &Answer<T>) -> Error {
    Undecodable::new(reason, answer.response.clone()).into()
}
