//! TLS by the system's OpenSSL, both ends.

use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use openssl::error::ErrorStack;
use openssl::pkey::PKey;
use openssl::ssl::{AlpnError, NameType, Ssl, SslAcceptor, SslConnector, SslMethod, SslRef, SslVerifyMode, SslVersion};
use openssl::x509::{X509, X509Ref, X509VerifyResult};
use serde::Deserialize;
use tokio_openssl::SslStream;

use super::connect::Duplex;
use super::error::{NetError, NetResult};

/// As `node:tls` and `fetch` give them; texts are PEM.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TlsOptions {
    pub(super) ca: Vec<String>,
    pub(super) cert: Option<String>,
    pub(super) key: Option<String>,
    pub(super) passphrase: Option<String>,
    pub(super) reject_unauthorized: bool,
    pub(super) request_cert: bool,
    pub(super) servername: Option<String>,
    pub(super) alpn: Vec<String>,
    pub(super) min_version: Option<String>,
    pub(super) max_version: Option<String>,
}

/// What a handshake has found.
#[derive(Debug, Clone, Default)]
pub(super) struct Session {
    /// Why the peer is not trusted; nothing if it is.
    pub(super) unauthorized: Option<String>,
    pub(super) protocol: String,
    pub(super) cipher: String,
    pub(super) alpn: Option<String>,
    pub(super) servername: Option<String>,
    pub(super) peer: Option<String>,
}

fn setup_error(stack: &ErrorStack) -> NetError {
    let reason = stack
        .errors()
        .first()
        .and_then(openssl::error::Error::reason)
        .unwrap_or("unknown");
    NetError::new(
        &format!("ERR_OSSL_{}", reason.to_uppercase().replace(' ', "_")),
        stack.to_string(),
    )
}

fn version(name: &str) -> Option<SslVersion> {
    match name {
        "TLSv1" => Some(SslVersion::TLS1),
        "TLSv1.1" => Some(SslVersion::TLS1_1),
        "TLSv1.2" => Some(SslVersion::TLS1_2),
        "TLSv1.3" => Some(SslVersion::TLS1_3),
        _ => None,
    }
}

fn alpn_wire(names: &[String]) -> Vec<u8> {
    let mut wire = Vec::new();
    for name in names {
        wire.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        wire.extend_from_slice(name.as_bytes());
    }
    wire
}

/// What both ends set; connector and acceptor builders deref to the same context builder.
fn fill(context: &mut openssl::ssl::SslContextBuilder, options: &TlsOptions) -> Result<(), ErrorStack> {
    for pem in &options.ca {
        for authority in X509::stack_from_pem(pem.as_bytes())? {
            context.cert_store_mut().add_cert(authority)?;
        }
    }
    if let Some(pem) = &options.cert {
        let mut chain = X509::stack_from_pem(pem.as_bytes())?.into_iter();
        if let Some(own) = chain.next() {
            context.set_certificate(&own)?;
        }
        for issuer in chain {
            context.add_extra_chain_cert(issuer)?;
        }
    }
    if let Some(pem) = &options.key {
        let passphrase = options.passphrase.as_deref().unwrap_or("").as_bytes();
        context.set_private_key(&*PKey::private_key_from_pem_passphrase(pem.as_bytes(), passphrase)?)?;
        context.check_private_key()?;
    }
    context.set_min_proto_version(
        options
            .min_version
            .as_deref()
            .and_then(version)
            .or(Some(SslVersion::TLS1_2)),
    )?;
    context.set_max_proto_version(options.max_version.as_deref().and_then(version))
}

thread_local! {
    /// Reading the system's authorities takes tens of milliseconds: once for each set of options.
    static CONNECTORS: RefCell<HashMap<String, SslConnector>> = RefCell::default();
}

/// More sets of options than this are not kept.
const MAX_CONNECTORS: usize = 32;

/// For all connections with these options.
fn connector(options: &TlsOptions) -> Result<SslConnector, ErrorStack> {
    let key = format!("{options:?}");
    if let Some(known) = CONNECTORS.with_borrow(|known| known.get(&key).cloned()) {
        return Ok(known);
    }
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    fill(&mut builder, options)?;
    // Checked after the handshake, so that the error can say what is wrong in Node's words.
    builder.set_verify_callback(SslVerifyMode::PEER, |_, _| true);
    if !options.alpn.is_empty() {
        builder.set_alpn_protos(&alpn_wire(&options.alpn))?;
    }
    let made = builder.build();
    CONNECTORS.with_borrow_mut(|known| {
        if known.len() == MAX_CONNECTORS {
            known.clear();
        }
        known.insert(key, made.clone());
    });
    Ok(made)
}

fn client(options: &TlsOptions, host: &str) -> Result<Ssl, ErrorStack> {
    let name = options.servername.as_deref().unwrap_or(host);
    let is_address = name.parse::<std::net::IpAddr>().is_ok();
    let mut configuration = connector(options)?.configure()?;
    configuration.set_verify_hostname(true);
    configuration.set_use_server_name_indication(!is_address && !name.is_empty());
    configuration.into_ssl(name)
}

/// Does the client's part over `stream`.
pub(super) async fn connect(
    options: &TlsOptions,
    host: &str,
    stream: impl Duplex + 'static,
) -> NetResult<(Box<dyn Duplex>, Session)> {
    let ssl = client(options, host).map_err(|stack| setup_error(&stack))?;
    let mut stream = SslStream::new(ssl, stream).map_err(|stack| setup_error(&stack))?;
    Pin::new(&mut stream)
        .connect()
        .await
        .map_err(|error| handshake_error(&error))?;
    let session = session_of(stream.ssl());
    match &session.unauthorized {
        Some(code) if options.reject_unauthorized => Err(NetError::new(code, untrusted(code, host))),
        _ => Ok((Box::new(stream), session)),
    }
}

fn handshake_error(error: &openssl::ssl::Error) -> NetError {
    if let Some(io) = error.io_error() {
        return NetError::from_io(io, "read");
    }
    match error.ssl_error() {
        Some(stack) => NetError {
            code: setup_error(stack).code.replace("ERR_OSSL_", "ERR_SSL_"),
            ..setup_error(stack)
        },
        None => NetError::new(
            "ECONNRESET",
            "Client network socket disconnected before secure TLS connection was established",
        ),
    }
}

fn untrusted(code: &str, host: &str) -> String {
    match code {
        "DEPTH_ZERO_SELF_SIGNED_CERT" => "self-signed certificate".to_owned(),
        "SELF_SIGNED_CERT_IN_CHAIN" => "self-signed certificate in certificate chain".to_owned(),
        "CERT_HAS_EXPIRED" => "certificate has expired".to_owned(),
        "ERR_TLS_CERT_ALTNAME_INVALID" => {
            format!("Hostname/IP does not match certificate's altnames: Host: {host}. is not in the cert's altnames")
        }
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE" => "unable to verify the first certificate".to_owned(),
        other => other.to_lowercase().replace('_', " "),
    }
}

/// Node's code for what OpenSSL has found.
fn verify_code(result: X509VerifyResult) -> Option<String> {
    if result == X509VerifyResult::OK {
        return None;
    }
    Some(
        match result.as_raw() {
            18 => "DEPTH_ZERO_SELF_SIGNED_CERT",
            19 => "SELF_SIGNED_CERT_IN_CHAIN",
            20 => "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            21 => "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            9 => "CERT_NOT_YET_VALID",
            10 => "CERT_HAS_EXPIRED",
            2 => "UNABLE_TO_GET_ISSUER_CERT",
            62 | 64 => "ERR_TLS_CERT_ALTNAME_INVALID",
            _ => "CERT_UNTRUSTED",
        }
        .to_owned(),
    )
}

pub(super) fn session_of(ssl: &SslRef) -> Session {
    Session {
        unauthorized: verify_code(ssl.verify_result()),
        protocol: ssl.version_str().to_owned(),
        cipher: ssl.current_cipher().map(|c| c.name().to_owned()).unwrap_or_default(),
        alpn: ssl
            .selected_alpn_protocol()
            .map(|p| String::from_utf8_lossy(p).into_owned()),
        servername: ssl.servername(NameType::HOST_NAME).map(str::to_owned),
        peer: ssl.peer_certificate().map(|certificate| describe(&certificate)),
    }
}

/// A certificate as `getPeerCertificate` gives it, as JSON.
fn describe(certificate: &X509Ref) -> String {
    let name = |name: &openssl::x509::X509NameRef| -> serde_json::Map<String, serde_json::Value> {
        name.entries()
            .filter_map(|entry| {
                let key = entry.object().nid().short_name().ok()?;
                let text = String::from_utf8_lossy(entry.data().as_slice()).into_owned();
                Some((key.to_owned(), text.into()))
            })
            .collect()
    };
    let digest = |hash: openssl::hash::MessageDigest| {
        let bytes = certificate.digest(hash).map(|d| d.to_vec()).unwrap_or_default();
        bytes.iter().map(|b| format!("{b:02X}")).collect::<Vec<_>>().join(":")
    };
    let serial = certificate
        .serial_number()
        .to_bn()
        .and_then(|n| n.to_hex_str().map(|s| s.to_string()));
    serde_json::json!({
        "subject": name(certificate.subject_name()),
        "issuer": name(certificate.issuer_name()),
        "valid_from": certificate.not_before().to_string(),
        "valid_to": certificate.not_after().to_string(),
        "serialNumber": serial.unwrap_or_default(),
        "fingerprint": digest(openssl::hash::MessageDigest::sha1()),
        "fingerprint256": digest(openssl::hash::MessageDigest::sha256()),
    })
    .to_string()
}

/// The first of ours among theirs, which is a list of names with their lengths in front.
fn choose<'t>(ours: &[String], theirs: &'t [u8]) -> Option<&'t [u8]> {
    let names = || {
        let mut rest = theirs;
        std::iter::from_fn(move || {
            let (length, after) = rest.split_first()?;
            let (name, next) = after.split_at_checked(usize::from(*length))?;
            rest = next;
            Some(name)
        })
    };
    ours.iter().find_map(|own| names().find(|name| *name == own.as_bytes()))
}

/// The server's part of all connections of one server.
#[derive(Clone)]
pub(super) struct Acceptor(Arc<SslAcceptor>);

impl Acceptor {
    pub(super) fn new(options: &TlsOptions) -> NetResult<Self> {
        Self::build(options).map_err(|stack| setup_error(&stack))
    }

    fn build(options: &TlsOptions) -> Result<Self, ErrorStack> {
        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
        fill(&mut builder, options)?;
        if options.request_cert {
            let mode = if options.reject_unauthorized {
                SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT
            } else {
                SslVerifyMode::PEER
            };
            builder.set_verify(mode);
        }
        let offered = options.alpn.clone();
        if !offered.is_empty() {
            // What is chosen must live as long as what the client offers, so it is the client's copy of our name.
            builder.set_alpn_select_callback(move |_, theirs| choose(&offered, theirs).ok_or(AlpnError::NOACK));
        }
        Ok(Self(Arc::new(builder.build())))
    }

    pub(super) async fn accept(&self, stream: impl Duplex + 'static) -> NetResult<(Box<dyn Duplex>, Session)> {
        let ssl = Ssl::new(self.0.context()).map_err(|stack| setup_error(&stack))?;
        let mut stream = SslStream::new(ssl, stream).map_err(|stack| setup_error(&stack))?;
        Pin::new(&mut stream)
            .accept()
            .await
            .map_err(|error| handshake_error(&error))?;
        let session = session_of(stream.ssl());
        Ok((Box::new(stream), session))
    }
}
