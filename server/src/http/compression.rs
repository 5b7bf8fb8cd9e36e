//! Compression of the console's pages.

use axum::{
    extract::Request,
    http::{Extensions, HeaderMap, Method, StatusCode, Version, header},
    middleware::Next,
    response::Response,
};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{And, Predicate, SizeAbove},
    },
};

/// Shorter pages, in bytes, are not compressed: they fit a packet or two in any case.
const COMPRESSED: u16 = 2048;

type IsPage = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Compresses long pages for browsers that ask for it. Nothing else is compressed, least of all the answer that has a new
/// secret.
pub(crate) fn pages() -> CompressionLayer<And<SizeAbove, IsPage>> {
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(COMPRESSED).and(is_page as IsPage))
}

fn is_page(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Keeps a page uncompressed if it echoes what the request says, such as the text of a search. An attacker who makes a
/// browser send such requests could learn from the length of the answers what else is on the page (BREACH).
pub(crate) async fn leave_echoes(mut request: Request, next: Next) -> Response {
    if request.method() != Method::GET || request.uri().query().is_some() {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}
