//! `binding('crypto')`: digests, keyed digests, key derivation and random bytes, by the system's OpenSSL.

use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash as digest_of};
use openssl::pkey::PKey;
use openssl::sign::Signer;

use crate::engine::{Args, BindingTable, Ctx, ErrorClass, JsResult, Thrown, host as native};

pub(crate) static CRYPTO: BindingTable = BindingTable {
    name: "crypto",
    entries: &[
        native(c"has", has),
        native(c"hash", hash),
        native(c"hmac", hmac),
        native(c"random", random),
        native(c"equal", equal),
        native(c"pbkdf2", pbkdf2),
        native(c"scrypt", scrypt),
    ],
};

fn failed<'r>(cx: Ctx<'r>, stack: &ErrorStack) -> Thrown<'r> {
    cx.coded_error(ErrorClass::Error, "ERR_CRYPTO_OPERATION_FAILED", &stack.to_string())
}

fn algorithm(name: &str) -> Option<MessageDigest> {
    let known = match name.to_ascii_lowercase().as_str() {
        "rsa-sha1" => "sha1".to_owned(),
        "rsa-sha256" => "sha256".to_owned(),
        "rsa-sha512" => "sha512".to_owned(),
        "sha-1" => "sha1".to_owned(),
        other => other.replace("sha-", "sha"),
    };
    MessageDigest::from_name(&known)
}

fn argument<'r>(cx: Ctx<'r>, args: Args<'r, '_>, index: usize) -> JsResult<'r, MessageDigest> {
    let name = args.text(cx, index)?;
    algorithm(&name).ok_or_else(|| {
        cx.coded_error(
            ErrorClass::TypeError,
            "ERR_CRYPTO_INVALID_DIGEST",
            &format!("Invalid digest: {name}"),
        )
    })
}

/// `has(name)`: whether there is such a digest.
fn has<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    Ok(cx.boolean(algorithm(&args.text(cx, 0)?).is_some()))
}

fn tell(cx: Ctx<'_>, result: Result<Vec<u8>, ErrorStack>) -> JsResult<'_> {
    match result {
        Ok(bytes) => Ok(cx.array_buffer(bytes)?.into()),
        Err(stack) => Err(failed(cx, &stack)),
    }
}

/// `hash(name, bytes)`
fn hash<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let algorithm = argument(cx, args, 0)?;
    let data = args.get(cx, 1).to_bytes(cx, "data")?;
    tell(cx, digest_of(algorithm, &data).map(|digest| digest.to_vec()))
}

/// `hmac(name, key, bytes)`
fn hmac<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let algorithm = argument(cx, args, 0)?;
    let (key, data) = (
        args.get(cx, 1).to_bytes(cx, "key")?,
        args.get(cx, 2).to_bytes(cx, "data")?,
    );
    let signed = PKey::hmac(&key).and_then(|key| Signer::new(algorithm, &key)?.sign_oneshot_to_vec(&data));
    tell(cx, signed)
}

/// `random(length)`
fn random<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let mut bytes = vec![0; args.u32(cx, 0)? as usize];
    let filled = openssl::rand::rand_bytes(&mut bytes);
    tell(cx, filled.map(|()| bytes))
}

/// `equal(a, b)`: of one length, in a time that does not depend on what they are.
fn equal<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (a, b) = (args.get(cx, 0).to_bytes(cx, "a")?, args.get(cx, 1).to_bytes(cx, "b")?);
    Ok(cx.boolean(a.len() == b.len() && openssl::memcmp::eq(&a, &b)))
}

/// `pbkdf2(password, salt, iterations, length, digest)`
fn pbkdf2<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (password, salt) = (
        args.get(cx, 0).to_bytes(cx, "password")?,
        args.get(cx, 1).to_bytes(cx, "salt")?,
    );
    let (iterations, mut key) = (args.u32(cx, 2)? as usize, vec![0; args.u32(cx, 3)? as usize]);
    let algorithm = argument(cx, args, 4)?;
    let made = openssl::pkcs5::pbkdf2_hmac(&password, &salt, iterations, algorithm, &mut key);
    tell(cx, made.map(|()| key))
}

/// `scrypt(password, salt, length, N, r, p, maxmem)`
fn scrypt<'r>(cx: Ctx<'r>, args: Args<'r, '_>) -> JsResult<'r> {
    let (password, salt) = (
        args.get(cx, 0).to_bytes(cx, "password")?,
        args.get(cx, 1).to_bytes(cx, "salt")?,
    );
    let mut key = vec![0; args.u32(cx, 2)? as usize];
    let cost = |index| args.u32(cx, index).map(u64::from);
    let (n, r, p, memory) = (cost(3)?, cost(4)?, cost(5)?, cost(6)?);
    let made = openssl::pkcs5::scrypt(&password, &salt, n, r, p, memory, &mut key);
    tell(cx, made.map(|()| key))
}
