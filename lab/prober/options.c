#include "prober.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: prober --target ADDRESS --port N --mode tcp|tls|http --output FILE\n"
    "  --interval-us N      one new connection every N us (default 5000)\n"
    "  --timeout-ms N       bound of each attempt (default 300)\n"
    "  --duration-s N       hard bound of the run, at most 600 (default 60); SIGTERM stops earlier\n"
    "  --source ADDRESS     source address\n"
    "  --ca FILE            tls: the authority the server certificate must chain to (required)\n"
    "  --san NAME|ADDRESS   tls: a subject alternative name the certificate must carry\n"
    "  --client-cert FILE --client-key FILE\n"
    "  --path PATH          tls, http: what is asked for (default /readyz)\n"
    "  --host NAME          tls, http: Host header (default: the target)\n"
    "  --expect STATUS      tls, http: status that counts as ok (default 200)\n"
    "  --identity-header H  response header that names the server (tls default: certificate CN)\n"
    "  --established N      keep N (at most 1000) connections open instead of opening new ones\n"
    "  --request-every-ms X established: a request (tcp: a byte) on each every X ms (default: idle)\n"
    "  --stop-with-stdin    stop when stdin closes as well\n";

static void refuse(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("prober: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

static long number(const char *option, const char *text, long low, long high) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || end == text || *end)
        refuse("--%s %s: not a whole number", option, text);
    if (value < low || value > high)
        refuse("--%s %ld is outside %ld..%ld", option, value, low, high);
    return value;
}

/* True for loopback and the benchmarking ranges of RFC 2544 and RFC 5180. */
static bool allowed(const struct sockaddr_storage *address) {
    if (address->ss_family == AF_INET) {
        uint32_t ip = ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr);
        return ip >> 24 == 127 || ip >> 17 == 0xC612 >> 1; /* 127/8, 198.18/15 */
    }
    const struct in6_addr *ip = &((const struct sockaddr_in6 *)address)->sin6_addr;
    static const uint8_t benchmarking[6] = {0x20, 0x01, 0x00, 0x02, 0x00, 0x00};
    return IN6_IS_ADDR_LOOPBACK(ip) || !memcmp(ip, benchmarking, sizeof benchmarking);
}

static socklen_t address(const char *option, const char *text, int port,
                         struct sockaddr_storage *into) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)into;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)into;
    socklen_t length = 0;
    memset(into, 0, sizeof *into);
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        length = sizeof *v4;
    } else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        length = sizeof *v6;
    } else {
        refuse("--%s %s: not an IPv4 or IPv6 address", option, text);
    }
    if (!allowed(into))
        refuse("--%s %s is refused: this is a test tool, it only uses loopback (127.0.0.0/8, ::1), "
               "198.18.0.0/15 and 2001:2::/48; give an address of the lab", option, text);
    return length;
}

static void compose_request(struct settings *s) {
    char host[300];
    bool brackets = !s->host && s->target.ss_family == AF_INET6;
    snprintf(host, sizeof host, brackets ? "[%s]" : "%s", s->host ? s->host : s->target_text);
    int length = snprintf(s->request, sizeof s->request,
                          "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: k8s-ha-lb-prober\r\n"
                          "Accept: */*\r\nConnection: %s\r\n\r\n",
                          s->path, host, s->established ? "keep-alive" : "close");
    if (length < 0 || (size_t)length >= sizeof s->request)
        refuse("--path and --host together are too long: %zu bytes is the limit",
               sizeof s->request);
    s->request_length = length;
}

static void choose_mode(struct settings *s, const char *text) {
    s->mode_text = text;
    if (!strcmp(text, "tcp"))
        s->mode = MODE_TCP;
    else if (!strcmp(text, "tls"))
        s->mode = MODE_TLS;
    else if (!strcmp(text, "http"))
        s->mode = MODE_HTTP;
    else
        refuse("--mode %s: choose tcp, tls or http", text);
}

static void check(const struct settings *s) {
    if (!s->target_text || !s->port || !s->mode_text || !s->output)
        refuse("--target, --port, --mode and --output are required\n%s", usage);
    if (s->mode == MODE_TLS && !s->ca)
        refuse("--mode tls needs --ca: certificates are always verified");
    if (!s->client_cert != !s->client_key)
        refuse("--client-cert and --client-key belong together");
    if (s->request_every_ns && !s->established)
        refuse("--request-every-ms belongs to --established");
}

void parse_settings(int count, char **words, struct settings *s) {
    static const struct option options[] = {
        {"target", 1, 0, 't'},      {"port", 1, 0, 'p'},        {"mode", 1, 0, 'm'},
        {"output", 1, 0, 'o'},      {"interval-us", 1, 0, 'i'}, {"timeout-ms", 1, 0, 'w'},
        {"duration-s", 1, 0, 'd'},  {"source", 1, 0, 's'},      {"ca", 1, 0, 'a'},
        {"san", 1, 0, 'n'},         {"client-cert", 1, 0, 'c'}, {"client-key", 1, 0, 'k'},
        {"path", 1, 0, 'P'},        {"host", 1, 0, 'H'},        {"expect", 1, 0, 'e'},
        {"identity-header", 1, 0, 'I'}, {"established", 1, 0, 'E'},
        {"request-every-ms", 1, 0, 'r'}, {"stop-with-stdin", 0, 0, 'S'}, {"help", 0, 0, 'h'},
        {0, 0, 0, 0}};
    const char *source = NULL;
    int option;
    memset(s, 0, sizeof *s);
    s->path = "/readyz";
    s->expect = 200;
    s->interval_ns = 5000 * 1000;
    s->timeout_ns = 300 * 1000000LL;
    s->duration_ns = 60 * 1000000000LL;
    while ((option = getopt_long(count, words, "", options, NULL)) != -1) {
        switch (option) {
        case 't': s->target_text = optarg; break;
        case 'p': s->port = number("port", optarg, 1, 65535); break;
        case 'm': choose_mode(s, optarg); break;
        case 'o': s->output = optarg; break;
        case 'i': s->interval_ns = 1000 * number("interval-us", optarg, 100, 60000000); break;
        case 'w': s->timeout_ns = 1000000 * number("timeout-ms", optarg, 1, 60000); break;
        case 'd': s->duration_ns = 1000000000 * number("duration-s", optarg, 1, MAX_DURATION_S);
            break;
        case 's': source = optarg; break;
        case 'a': s->ca = optarg; break;
        case 'n': s->san = optarg; break;
        case 'c': s->client_cert = optarg; break;
        case 'k': s->client_key = optarg; break;
        case 'P': s->path = optarg; break;
        case 'H': s->host = optarg; break;
        case 'e': s->expect = number("expect", optarg, 100, 599); break;
        case 'I': s->identity_header = optarg; break;
        case 'E': s->established = number("established", optarg, 1, 1000); break;
        case 'r': s->request_every_ns = 1000000 * number("request-every-ms", optarg, 1, 600000);
            break;
        case 'S': s->stop_with_stdin = true; break;
        case 'h': fputs(usage, stdout); exit(0);
        default: fputs(usage, stderr); exit(2);
        }
    }
    if (optind < count)
        refuse("%s: not an option", words[optind]);
    check(s);
    s->address_length = address("target", s->target_text, s->port, &s->target);
    if (source) {
        address("source", source, 0, &s->source);
        if (s->source.ss_family != s->target.ss_family)
            refuse("--source %s and --target %s are of different families", source, s->target_text);
        s->has_source = true;
    }
    compose_request(s);
}
