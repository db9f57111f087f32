#pragma once
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

// What OpenSSL has as macros, as variadic functions or as callbacks, none of which Swift can use.

/// Where a session finds what was read from its socket and leaves what is to be written: the loop's own memory, lent for as
/// long as a call lasts.
typedef struct {
    const unsigned char *input;
    size_t available;
    unsigned char *output;
    size_t used;
    size_t capacity;
} openssl_buffers;

static inline int openssl_buffers_read(BIO *bio, char *data, int count) {
    openssl_buffers *buffers = (openssl_buffers *)BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (count <= 0) return 0;
    size_t taken = (size_t)count < buffers->available ? (size_t)count : buffers->available;
    if (taken == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    memcpy(data, buffers->input, taken);
    buffers->input += taken;
    buffers->available -= taken;
    return (int)taken;
}

static inline int openssl_buffers_write(BIO *bio, const char *data, int count) {
    openssl_buffers *buffers = (openssl_buffers *)BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (count <= 0) return 0;
    size_t room = buffers->capacity - buffers->used;
    size_t taken = (size_t)count < room ? (size_t)count : room;
    if (taken == 0) {
        BIO_set_retry_write(bio);
        return -1;
    }
    memcpy(buffers->output + buffers->used, data, taken);
    buffers->used += taken;
    return (int)taken;
}

static inline long openssl_buffers_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

/// The kind of BIO that moves bytes from and to `openssl_buffers`.
static inline BIO_METHOD *openssl_buffers_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "buffers");
    if (method == NULL) return NULL;
    BIO_meth_set_read(method, openssl_buffers_read);
    BIO_meth_set_write(method, openssl_buffers_write);
    BIO_meth_set_ctrl(method, openssl_buffers_control);
    return method;
}

/// A server's session over `buffers`, which must outlive it.
static inline SSL *openssl_accepting(SSL_CTX *context, BIO_METHOD *method, openssl_buffers *buffers) {
    SSL *session = SSL_new(context);
    BIO *bio = BIO_new(method);
    if (session == NULL || bio == NULL) {
        SSL_free(session);
        BIO_free(bio);
        return NULL;
    }
    BIO_set_data(bio, buffers);
    BIO_set_init(bio, 1);
    SSL_set_bio(session, bio, bio);
    SSL_set_accept_state(session);
    return session;
}

/// RFC 7301 §3.2: HTTP/1.1 where the client offers it; a client that offers only others is told so.
static inline int openssl_choose_protocol(SSL *session, const unsigned char **chosen, unsigned char *length,
                                          const unsigned char *offered, unsigned int count, void *unused) {
    (void)session, (void)unused;
    for (unsigned int at = 0; at < count; at += offered[at] + 1u) {
        if (offered[at] == 8 && count - at > 8 && memcmp(offered + at + 1, "http/1.1", 8) == 0) {
            *chosen = offered + at + 1;
            *length = 8;
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// There is no terminal to ask for a passphrase.
static inline int openssl_no_passphrase(char *buffer, int size, int writing, void *unused) {
    (void)buffer, (void)size, (void)writing, (void)unused;
    return -1;
}

/// What of a server's context no certificate decides. RFC 9325 §3 and §4.
static inline int openssl_harden(SSL_CTX *context) {
    SSL_CTX_set_security_level(context, 2);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE
                                     | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
                                  | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, openssl_choose_protocol, NULL);
    SSL_CTX_set_default_passwd_cb(context, openssl_no_passphrase);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1
        && SSL_CTX_set_session_id_context(context, (const unsigned char *)"koi", 3) == 1
        && SSL_CTX_set_cipher_list(context,
                                   "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                   "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                   "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305") == 1
        && SSL_CTX_set_ciphersuites(context,
                                    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1
        && SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384:P-521") == 1
        && SSL_CTX_set1_sigalgs_list(context,
                                     "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:"
                                     "RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512") == 1;
}

/// Adds a certificate of the chain, of which the context then is an owner.
static inline int openssl_add_chain(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate) == 1;
}

/// Seals or opens a session ticket (RFC 5077 §4): AES-256-CBC under an HMAC of SHA-256.
static inline int openssl_ticket_keys(EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, const unsigned char *key,
                                      const unsigned char *mac_key, const unsigned char *iv, int sealing) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)mac_key, 32),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, parameters) == 1
        && EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key, iv, sealing) == 1;
}

/// A new key on the curve P-256.
static inline EVP_PKEY *openssl_make_key(void) { return EVP_EC_gen("P-256"); }

/// Adds an extension in the words of openssl's configuration files: `DNS:localhost,IP:127.0.0.1`.
static inline int openssl_add_extension(X509 *certificate, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    if (extension == NULL) return 0;
    int added = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return added == 1;
}
