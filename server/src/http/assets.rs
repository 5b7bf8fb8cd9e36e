//! The files that browsers ask for, embedded in the binary.

use axum::{
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

struct Asset {
    path: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
}

/// The name that the bundle's files share; it holds a hash of their contents.
pub(crate) fn output_name() -> &'static str {
    OUTPUT_NAME
}

/// Every path that [`serve`] answers.
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    ASSETS.iter().map(|asset| asset.path)
}

/// Answers with an embedded file. The contents under a name with a hash never change, so browsers may keep them for
/// ever.
pub(crate) async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.path == uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let hashed = asset.path.contains(OUTPUT_NAME);
    let caching = if hashed { "public, max-age=31536000, immutable" } else { "public, max-age=86400" };
    let common = [
        (header::CONTENT_TYPE, content_type(asset.path)),
        (header::CACHE_CONTROL, caching),
        (header::VARY, "accept-encoding"),
    ];
    let accepts_brotli = headers.get_all(header::ACCEPT_ENCODING).iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|value| value.split(',').any(|part| part.split(';').next().map(str::trim) == Some("br")))
    });
    match asset.brotli.filter(|_| accepts_brotli) {
        Some(bytes) => (common, [(header::CONTENT_ENCODING, "br")], bytes).into_response(),
        None => (common, asset.plain).into_response(),
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
