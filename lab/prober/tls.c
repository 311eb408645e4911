#include "prober.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *file) {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    fprintf(stderr, "prober: %s %s: %s\n", what, file, reason ? reason : "cannot be used");
    exit(2);
}

/* Verification is always on; sessions are never resumed, so that every attempt is a full one. */
SSL_CTX *tls_context(const struct settings *s) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context)
        fail("TLS", "context");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    if (SSL_CTX_load_verify_file(context, s->ca) != 1)
        fail("--ca", s->ca);
    if (s->client_cert) {
        if (SSL_CTX_use_certificate_chain_file(context, s->client_cert) != 1)
            fail("--client-cert", s->client_cert);
        if (SSL_CTX_use_PrivateKey_file(context, s->client_key, SSL_FILETYPE_PEM) != 1)
            fail("--client-key", s->client_key);
    }
    if (s->san) {
        X509_VERIFY_PARAM *verify = SSL_CTX_get0_param(context);
        X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        if (X509_VERIFY_PARAM_set1_ip_asc(verify, s->san) != 1 &&
            X509_VERIFY_PARAM_set1_host(verify, s->san, 0) != 1)
            fail("--san", s->san);
    }
    return context;
}

SSL *tls_session(const struct settings *s, int fd) {
    unsigned char address[sizeof(struct in6_addr)];
    SSL *ssl = SSL_new(s->tls);
    if (!ssl)
        return NULL;
    SSL_set_fd(ssl, fd);
    SSL_set_connect_state(ssl);
    if (s->san && inet_pton(AF_INET, s->san, address) != 1 &&
        inet_pton(AF_INET6, s->san, address) != 1)
        SSL_set_tlsext_host_name(ssl, s->san);
    return ssl;
}

void tls_identity(SSL *ssl, char *identity, size_t capacity) {
    X509 *certificate = SSL_get0_peer_certificate(ssl);
    X509_NAME *subject = certificate ? X509_get_subject_name(certificate) : NULL;
    if (!subject || X509_NAME_get_text_by_NID(subject, NID_commonName, identity, capacity) < 0)
        identity[0] = '\0';
    printable(identity);
}

/* False: the session is over and `outcome` says how. */
bool tls_wants_more(SSL *ssl, int result, char *outcome, size_t capacity) {
    int saved_errno = errno;
    unsigned long error = ERR_peek_error();
    long verified = SSL_get_verify_result(ssl);
    switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return true;
    case SSL_ERROR_ZERO_RETURN: snprintf(outcome, capacity, "closed"); return false;
    case SSL_ERROR_SYSCALL: outcome_of_errno(saved_errno, true, outcome, capacity); return false;
    default: break;
    }
    if (ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        snprintf(outcome, capacity, "closed");
        return false;
    }
    const char *reason = verified != X509_V_OK ? X509_verify_cert_error_string(verified)
                                               : ERR_reason_error_string(error);
    char words[48];
    snprintf(words, sizeof words, "%s", reason ? reason : "unknown");
    printable(words);
    snprintf(outcome, capacity, "tls-error:%s", words);
    return false;
}
