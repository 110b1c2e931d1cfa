//! When a token is renewed, how often, and what becomes of the answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use leadconnector_mock::{Reply, Server};

use super::{
    CLIENT_ID, DAY, LOCATION, SECRET, all_of, asked, builder, client, clock_of, consented, holder, pass, server,
    until_asked, with_a_token_that_has_ended,
};
use crate::oauth::grant::Claim;
use crate::oauth::{App, Holder, MemoryStore, NotAnswered, OAuthError, Record, Remedy, TokenStore};
use crate::{BoxError, Error, NoPacing, NoRetry};

/// What passes at the 250th, the 500th and the 750th of a thousand calls.
#[derive(Clone, Copy, Debug)]
enum Passes {
    /// A day: the token has ended, and the app knows it.
    ADay,
    /// A day, of which the app's clock knows nothing: the server says 401.
    ADayUnseen,
    /// Nearly a day: the token is about to end.
    NearlyADay,
}

async fn a_thousand_calls(passes: Passes) -> (Server, usize) {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    consented(&server, &store, LOCATION).await;
    let app = builder(&server, store).build().unwrap();
    let (contacts, id) = client(&app, &server);
    let begun = AtomicUsize::new(0);
    let lost = AtomicUsize::new(0);
    let worker = async || {
        loop {
            let number = begun.fetch_add(1, Ordering::Relaxed);
            if number >= 1_000 {
                return;
            }
            if [250, 500, 750].contains(&number) {
                match passes {
                    Passes::ADay => {
                        server.advance(DAY);
                        pass(clock_of(&app), DAY);
                    }
                    Passes::ADayUnseen => server.advance(DAY),
                    Passes::NearlyADay => {
                        let time = DAY - Duration::from_secs(60);
                        server.advance(time);
                        pass(clock_of(&app), time);
                    }
                }
            }
            if contacts.get(&id).retry(NoRetry).await.is_err() {
                lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    futures_util::future::join_all((0..16).map(|_| worker())).await;
    (server, lost.into_inner())
}

fn calls(server: &Server) -> usize {
    server.requests().iter().filter(|request| request.path.starts_with("/contacts/")).count()
}

#[tokio::test]
async fn a_thousand_calls_over_three_expiries_make_three_refreshes() {
    for passes in [Passes::ADay, Passes::ADayUnseen] {
        let (server, lost) = a_thousand_calls(passes).await;
        assert_eq!((server.refreshes(), asked(&server), lost), (3, 3, 0), "{passes:?}");
        // Those that were under way when a token ended were sent again.
        assert!((1_000..=1_000 + 3 * 16).contains(&calls(&server)), "{passes:?}: {}", calls(&server));
    }
}

#[tokio::test]
async fn a_token_that_is_about_to_end_is_renewed_while_calls_go_on() {
    let (server, lost) = a_thousand_calls(Passes::NearlyADay).await;
    assert_eq!((server.refreshes(), asked(&server), lost), (3, 3, 0));
    // No call has met a token that had ended.
    assert_eq!(calls(&server), 1_000);
}

/// A store that knows what the server has received when it saves.
struct Witness {
    store: MemoryStore,
    server: Arc<Server>,
    saved: AtomicUsize,
}

impl TokenStore for Arc<Witness> {
    async fn load(&self, holder: &Holder) -> Result<Option<Record>, BoxError> {
        self.store.load(holder).await
    }

    async fn compare_and_swap(
        &self,
        holder: &Holder,
        expected: Option<&Record>,
        new: Option<&Record>,
    ) -> Result<bool, BoxError> {
        let text = new.map(Record::text).unwrap_or_default();
        // Time for who would use the token already.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let used = self.server.requests().iter().any(|request| {
            let token =
                request.headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
            token.is_some_and(|token| text.contains(token) && !text.contains(r#""claim":{"#))
        });
        assert!(!used, "a token is used before it is stored");
        self.saved.fetch_add(1, Ordering::Relaxed);
        self.store.compare_and_swap(holder, expected, new).await
    }
}

#[tokio::test]
async fn a_new_token_is_stored_before_it_is_used() {
    let server = Arc::new(server().await);
    let witness =
        Arc::new(Witness { store: MemoryStore::new(), server: Arc::clone(&server), saved: AtomicUsize::new(0) });
    consented(&server, &witness, LOCATION).await;
    let app = builder(&server, Arc::clone(&witness)).build().unwrap();
    let (contacts, id) = client(&app, &server);
    contacts.get(&id).await.unwrap();
    server.advance(DAY);
    futures_util::future::try_join_all((0..16).map(|_| contacts.get(&id))).await.unwrap();
    // The consent; the refresh that is begun; and what came of it.
    assert_eq!((witness.saved.load(Ordering::Relaxed), server.refreshes()), (3, 1));
}

#[tokio::test]
async fn a_call_that_is_dropped_does_not_lose_the_new_token() {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    let before = consented(&server, &store, LOCATION).await;
    let app = builder(&server, Arc::clone(&store)).build().unwrap();
    pass(clock_of(&app), DAY);
    server.advance(DAY);
    // It is carried out, and the answer takes a while.
    server.reply(Reply::ordinary().delay(Duration::from_millis(50)));
    let (contacts, id) = client(&app, &server);
    tokio::select! {
        biased;
        _ = contacts.get(&id) => panic!("it cannot be done yet"),
        () = until_asked(&server, 1) => {}
    }
    // The call is dropped, and nobody waits.
    while app.shared().load(&holder()).await.unwrap().unwrap().1.access_token == before.access_token {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    contacts.get(&id).await.unwrap();
    assert_eq!((server.refreshes(), asked(&server)), (1, 1));
}

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for_once_more() {
    for reply in [
        Reply::ordinary().cut_before(),
        Reply::ordinary().cut_after(20),
        Reply::ordinary().body(r#"{"traceId": "1"}"#),
        Reply::new(StatusCode::BAD_GATEWAY).carried_out_after(Duration::ZERO),
    ] {
        let (server, _, app) = with_a_token_that_has_ended().await;
        server.reply(reply);
        app.access_token(&holder()).await.unwrap();
        assert_eq!((server.refreshes(), asked(&server)), (1, 2));
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_twice_can_be_had_for_thirty_seconds() {
    for late in [false, true] {
        let (server, store, app) = with_a_token_that_has_ended().await;
        server.reply(Reply::ordinary().cut_before());
        server.reply(Reply::ordinary().cut_before());
        let error = app.access_token(&holder()).await.unwrap_err();
        assert_eq!(error.remedy(), Remedy::TryAgain);
        assert!(
            matches!(&error, OAuthError::NotAnswered(why) if matches!(**why, NotAnswered::Transport(_))),
            "{error:?}"
        );
        assert_eq!(error.to_string(), "the answer with the token did not arrive; try again");
        if !late {
            // Another process goes on with what the store has.
            let restarted = builder(&server, store).build().unwrap();
            pass(clock_of(&restarted), DAY + Duration::from_secs(20));
            restarted.access_token(&holder()).await.unwrap();
            assert_eq!((server.refreshes(), asked(&server)), (1, 3));
            continue;
        }
        server.advance(Duration::from_secs(31));
        let error = app.access_token(&holder()).await.unwrap_err();
        assert_eq!(error.remedy(), Remedy::Consent);
        let said = error.to_string();
        assert!(
            said.contains("(400): it may have been sent at 20") && said.ends_with("has to consent again"),
            "{said}"
        );
        // What is refused once is refused always, and is not sent again.
        let again = app.access_token(&holder()).await.unwrap_err();
        assert_eq!((again.to_string(), asked(&server)), (said, 3));
        // Until the user has consented.
        consented(&server, &store, LOCATION).await;
        app.access_token(&holder()).await.unwrap();
    }
}

#[tokio::test]
async fn two_processes_make_one_refresh() {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    consented(&server, &store, LOCATION).await;
    let apps = [(); 2].map(|()| builder(&server, Arc::clone(&store)).build().unwrap());
    for app in &apps {
        pass(clock_of(app), DAY);
    }
    let holder = holder();
    let (one, two) = tokio::join!(apps[0].access_token(&holder), apps[1].access_token(&holder));
    assert!(one.unwrap() == two.unwrap());
    assert_eq!((server.refreshes(), asked(&server)), (1, 1));
}

#[tokio::test]
async fn what_a_process_left_undone_is_done_by_another() {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    let kept = consented(&server, &store, LOCATION).await;
    // One whose clock is right, one whose is a day ahead, and one whose is an hour behind.
    let hour = 60 * 60;
    for ahead in [hour, 25 * hour, 0] {
        let app = builder(&server, Arc::clone(&store)).timeout(Duration::from_millis(300)).build().unwrap();
        pass(clock_of(&app), DAY);
        let at = clock_of(&app).now().unix + ahead - hour;
        let before = store.load(&holder()).await.unwrap();
        let claim = Claim { by: 1, at };
        let claimed = kept.clone().claimed(claim).to_record(&holder()).unwrap();
        assert!(store.compare_and_swap(&holder(), before.as_ref(), Some(&claimed)).await.unwrap());
        app.access_token(&holder()).await.unwrap();
    }
    // The vendor repeats its answer to the same refresh token.
    assert_eq!((server.refreshes(), asked(&server)), (1, 3));
}

#[tokio::test]
async fn who_comes_second_takes_what_the_first_has_stored() {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    consented(&server, &store, LOCATION).await;
    let [one, two] = [(); 2].map(|()| builder(&server, Arc::clone(&store)).build().unwrap());
    // Both have the first token.
    let (contacts, id) = client(&two, &server);
    contacts.get(&id).await.unwrap();
    server.advance(Duration::from_secs(100));
    one.renew(&holder()).await.unwrap();
    // The first one has ended, and the second one has not.
    server.advance(DAY - Duration::from_secs(50));
    contacts.get(&id).await.unwrap();
    assert_eq!((server.refreshes(), asked(&server)), (1, 1));
}

/// A store that fails while it is told to.
#[derive(Default)]
struct Failing {
    store: MemoryStore,
    /// What fails: nothing, all, or the saving of what has no claim.
    fails: Mutex<Fails>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Fails {
    #[default]
    Nothing,
    Loading,
    Saving,
}

impl Failing {
    fn check(&self, fails: Fails) -> Result<(), BoxError> {
        if *self.fails.lock().unwrap() == fails { Err("the disk is full".into()) } else { Ok(()) }
    }
}

impl TokenStore for Failing {
    async fn load(&self, holder: &Holder) -> Result<Option<Record>, BoxError> {
        self.check(Fails::Loading)?;
        self.store.load(holder).await
    }

    async fn compare_and_swap(
        &self,
        holder: &Holder,
        expected: Option<&Record>,
        new: Option<&Record>,
    ) -> Result<bool, BoxError> {
        if new.is_some_and(|new| !new.text().contains(r#""claim":{"#)) {
            self.check(Fails::Saving)?;
        }
        self.store.compare_and_swap(holder, expected, new).await
    }
}

#[tokio::test]
async fn a_store_that_fails_loses_no_token() {
    let server = server().await;
    let store = Arc::new(Failing::default());
    consented(&server, &store, LOCATION).await;
    let app = builder(&server, Arc::clone(&store)).build().unwrap();
    pass(clock_of(&app), DAY);
    let fail = |fails| *store.fails.lock().unwrap() = fails;

    fail(Fails::Loading);
    let error = app.access_token(&holder()).await.unwrap_err();
    assert_eq!((error.remedy(), asked(&server)), (Remedy::MendStore, 0));
    assert_eq!(error.to_string(), format!("the store of tokens failed for location:{LOCATION}: mend the store"));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the disk is full");

    fail(Fails::Saving);
    for _ in 0..2 {
        let error = app.access_token(&holder()).await.unwrap_err();
        assert!(matches!(error, OAuthError::Store { unsaved: true, .. }), "{error:?}");
        assert_eq!((error.remedy(), asked(&server)), (Remedy::MendStore, 1));
    }
    fail(Fails::Nothing);
    let token = app.access_token(&holder()).await.unwrap();
    assert_eq!((server.refreshes(), asked(&server)), (1, 1));
    let (_, kept) = app.shared().load(&holder()).await.unwrap().unwrap();
    assert!(token == crate::Token::new(kept.access_token).unwrap());
}

#[tokio::test]
async fn while_the_old_token_lasts_new_ones_that_are_not_stored_fail_no_call() {
    let server = server().await;
    let store = Arc::new(Failing::default());
    let kept = consented(&server, &store, LOCATION).await;
    let app = builder(&server, Arc::clone(&store)).build().unwrap();
    app.access_token(&holder()).await.unwrap();
    pass(clock_of(&app), DAY - Duration::from_secs(60));
    *store.fails.lock().unwrap() = Fails::Saving;
    let old = crate::Token::new(kept.access_token).unwrap();
    for _ in 0..3 {
        assert!(app.access_token(&holder()).await.unwrap() == old);
    }
    assert_eq!((server.refreshes(), asked(&server)), (1, 1));
    // The next one that is due stores them, and asks for nothing.
    *store.fails.lock().unwrap() = Fails::Nothing;
    pass(clock_of(&app), Duration::from_secs(6));
    assert!(app.access_token(&holder()).await.unwrap() != old);
    assert_eq!((server.refreshes(), asked(&server)), (1, 1));
}

/// A store that swaps nothing, or panics.
struct Odd {
    store: MemoryStore,
    panics: Mutex<bool>,
}

impl TokenStore for Odd {
    async fn load(&self, holder: &Holder) -> Result<Option<Record>, BoxError> {
        assert!(!*self.panics.lock().unwrap(), "a store should not");
        self.store.load(holder).await
    }

    async fn compare_and_swap(&self, _: &Holder, _: Option<&Record>, _: Option<&Record>) -> Result<bool, BoxError> {
        Ok(false)
    }
}

#[tokio::test]
async fn a_store_that_never_swaps_is_told_so() {
    let server = server().await;
    let store = MemoryStore::new();
    consented(&server, &store, LOCATION).await;
    let app = builder(&server, Odd { store, panics: Mutex::new(false) }).build().unwrap();
    pass(clock_of(&app), DAY);
    let error = app.access_token(&holder()).await.unwrap_err();
    assert_eq!((error.remedy(), asked(&server)), (Remedy::MendStore, 0));
    assert!(all_of(&error).contains("it swaps nothing, whatever is expected"), "{error:?}");
    assert_eq!(app.forget(&holder()).await.unwrap_err().remedy(), Remedy::MendStore);
}

#[tokio::test]
async fn a_renewal_that_is_interrupted_is_begun_again() {
    let server = server().await;
    let store = MemoryStore::new();
    consented(&server, &store, LOCATION).await;
    let odd = Arc::new(Odd { store, panics: Mutex::new(true) });
    let app = builder(&server, Arc::clone(&odd)).build().unwrap();
    for _ in 0..2 {
        let error = app.access_token(&holder()).await.unwrap_err();
        assert!(
            matches!(&error, OAuthError::NotAnswered(why) if matches!(**why, NotAnswered::Interrupted)),
            "{error:?}"
        );
        assert_eq!(error.remedy(), Remedy::TryAgain);
    }
    odd.panics.lock().unwrap().clone_from(&false);
    app.access_token(&holder()).await.unwrap();
}

#[test]
fn without_a_runtime_there_is_an_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(async { builder(&server().await, MemoryStore::new()).build().unwrap() });
    let error = futures_util::FutureExt::now_or_never(app.access_token(&holder())).unwrap().unwrap_err();
    assert!(error.to_string().contains("has no runtime of tokio"), "{error}");
}

#[tokio::test]
async fn nothing_is_kept_of_locations_that_are_none() {
    let server = server().await;
    let app = builder(&server, MemoryStore::new()).build().unwrap();
    for number in 0..10 {
        let location = crate::LocationId::new(format!("location-{number}")).unwrap();
        app.access_token(&location.into()).await.unwrap_err();
    }
    assert!(app.shared().holders.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_exchange_whose_tokens_cannot_be_stored_is_not_lost() {
    let server = server().await;
    let store = Arc::new(Failing::default());
    *store.fails.lock().unwrap() = Fails::Saving;
    let app = builder(&server, Arc::clone(&store)).build().unwrap();
    let code = super::refusals::code(&app).await;
    let error = app.exchange(code).await.unwrap_err();
    assert_eq!(error.remedy(), Remedy::MendStore);
    *store.fails.lock().unwrap() = Fails::Nothing;
    app.access_token(&holder()).await.unwrap();
    assert_eq!((server.refreshes(), asked(&server)), (0, 1));
}

#[tokio::test]
async fn while_the_old_token_lasts_a_renewal_that_fails_fails_no_call() {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    consented(&server, &store, LOCATION).await;
    let app = builder(&server, store).build().unwrap();
    let (contacts, id) = client(&app, &server);
    contacts.get(&id).await.unwrap();
    let early = DAY - Duration::from_secs(60);
    pass(clock_of(&app), early);
    for _ in 0..2 {
        server.reply(Reply::new(StatusCode::SERVICE_UNAVAILABLE));
    }
    // Begun by this, and it goes wrong in the background.
    app.access_token(&holder()).await.unwrap();
    until_asked(&server, 2).await;
    for _ in 0..20 {
        contacts.get(&id).await.unwrap();
    }
    // It is not begun with each call.
    assert_eq!(asked(&server), 2);
    pass(clock_of(&app), Duration::from_secs(6));
    contacts.get(&id).await.unwrap();
    until_asked(&server, 3).await;
    assert_eq!(server.refreshes(), 1);
}

#[tokio::test]
async fn a_scope_that_is_missing_is_no_reason_for_a_refresh() {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    consented(&server, &store, LOCATION).await;
    let app = builder(&server, store).build().unwrap();
    let (contacts, id) = client(&app, &server);
    let message = "The token is not authorized for this scope.";
    server.reply(Reply::json(StatusCode::UNAUTHORIZED, &serde_json::json!({"statusCode": 401, "message": message})));
    let error = contacts.get(&id).await.unwrap_err();
    assert!(matches!(error, Error::Forbidden(_)), "{error:?}");
    assert_eq!(asked(&server), 0);
}

#[tokio::test]
async fn tokens_that_are_forgotten_stay_so() {
    let (server, store, app) = with_a_token_that_has_ended().await;
    server.reply(Reply::ordinary().delay(Duration::from_millis(50)));
    let renewing = tokio::spawn({
        let app = app.clone();
        async move { app.access_token(&holder()).await }
    });
    until_asked(&server, 1).await;
    app.forget(&holder()).await.unwrap();
    let error = renewing.await.unwrap().unwrap_err();
    assert!(matches!(error, OAuthError::NoConsent(_)), "{error:?}");
    assert!(store.load(&holder()).await.unwrap().is_none());
    let error = app.access_token(&holder()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("there is no token for location:{LOCATION}: its user has to consent first"));
}

#[tokio::test]
async fn nothing_says_a_secret() {
    let server = server().await;
    let store = Arc::new(MemoryStore::new());
    let kept = consented(&server, &store, LOCATION).await;
    let refresh_token = kept.refresh_token.clone().unwrap();
    let record = store.load(&holder()).await.unwrap().unwrap();
    let app_builder = builder(&server, store);
    let mut said = format!("{app_builder:?}");
    let app: App = app_builder.build().unwrap();
    said += &format!("{app:?} {kept:?} {record:?} {:?}", app.grant(&holder()).await.unwrap());
    pass(clock_of(&app), DAY);
    for reply in [
        Reply::json(StatusCode::OK, &serde_json::json!({"refresh_token": refresh_token})),
        Reply::json(StatusCode::BAD_REQUEST, &serde_json::json!({"error": "invalid_grant", "sent": refresh_token})),
    ] {
        server.reply(reply.clone());
        server.reply(reply);
        said += &all_of(&app.access_token(&holder()).await.unwrap_err());
    }
    assert!(said.contains("invalid") || said.contains("does not take"), "{said}");
    for secret in [SECRET, &*refresh_token, &*kept.access_token] {
        assert!(!said.contains(secret), "{said}");
    }
    assert!(said.contains(CLIENT_ID));
    let client = app.client().pacing(NoPacing).build().unwrap();
    assert!(!format!("{client:?}").contains(SECRET));
}
