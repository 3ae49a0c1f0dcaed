//! What is no secret.

use sessionkeep_verify::VerifyingKey;

/// Parts of the secrets that tutorials, examples and other projects' documentation print.
const SAMPLE_SECRETS: &[&str] = &[
    "secret_key",
    "secretkey",
    "secret-key",
    "your_",
    "your-",
    "change_me",
    "changeme",
    "change-me",
    "change_this",
    "supersecret",
    "super_secret",
    "super-secret",
    "long_random",
    "long-random",
    "example",
    "placeholder",
    "default",
    "password",
    "keyboard cat",
    "shhhh",
    "jwt_secret",
    "jwt-secret",
    "my_secret",
    "my-secret",
    "mysecret",
    "0123456789",
    "abcdefgh",
    "qwerty",
    "string-secret",
    "at-least-",
    "bits-long",
    // FastAPI's tutorial, a much copied one for Spring, RFC 7515 A.1.
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970",
    "aym1sysppbydfgzld3umj1qzkobwvmkoqq-estjqlr_t-1qs0gzh75aktmn3yj0ips4hcguutwjazzr1z9caow",
];

/// Why these bytes are no secret, if they are not (RFC 8725, 3.5; KM-01).
pub(super) fn weakness_of_secret(secret: &[u8]) -> Option<String> {
    if secret.len() < VerifyingKey::MIN_SECRET_BYTES {
        return Some(format!("it has fewer than {} bytes", VerifyingKey::MIN_SECRET_BYTES));
    }
    let distinct = (0..=u8::MAX).filter(|byte| secret.contains(byte)).count();
    // 32 random bytes, even as hexadecimal digits, have ten different ones but for one case in billions.
    if distinct < 10 {
        return Some("it repeats a few characters".to_owned());
    }
    let contains = |sample: &str| secret.windows(sample.len()).any(|part| part.eq_ignore_ascii_case(sample.as_bytes()));
    SAMPLE_SECRETS.iter().any(|sample| contains(sample)).then(|| "it looks like a sample from a tutorial".to_owned())
}

/// Thumbprints (RFC 7638) of public keys whose private part is printed.
const SAMPLE_KEYS: &[&str] = &[
    // The debugger of jwt.io: ES256, RS256.
    "19J8y7Zprt2-QKLjF2I5pVk0OELX6cY2AfaAv1LC_w8",
    "oGDmHqCJ7yzMkWEkrlZVHkvrHIyQwtlDmeq5ForUHeY",
    // RFC 7515, A.2 and A.3.
    "IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8",
    "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U",
    // RFC 7517, A.2.
    "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
    // RFC 8037, A.1.
    "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
];

/// Whether the private part of this key is known to everybody.
pub(super) fn is_sample(key: &VerifyingKey) -> bool {
    SAMPLE_KEYS.contains(&key.id())
}
