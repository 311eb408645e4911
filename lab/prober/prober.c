/* Opens new connections at a fixed interval, or keeps connections open, from the calling network
   namespace, and writes what became of each. lab/prober/recording.py reads the output file. */
#include "prober.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void write_header(FILE *output, const struct settings *s, const char *kind) {
    struct timespec real;
    clock_gettime(CLOCK_REALTIME, &real);
    fprintf(output,
            "# prober 1 kind=%s mode=%s target=%s port=%d interval_us=%" PRId64
            " timeout_ms=%" PRId64 " request_every_ms=%" PRId64 "\n",
            kind, s->mode_text, s->target_text, s->port, s->interval_ns / 1000,
            s->timeout_ns / 1000000, s->request_every_ns / 1000000);
    fprintf(output, "# clock monotonic_ns=%" PRId64 " realtime_ns=%" PRId64 "\n", now_ns(),
            real.tv_sec * (int64_t)1000000000 + real.tv_nsec);
    fflush(output);
}

int64_t cpu_us(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * (int64_t)1000000 +
           used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

/* Attempts that hang hold a descriptor each until their timeout. */
static void allow_many_files(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

int main(int count, char **words) {
    struct settings settings;
    parse_settings(count, words, &settings);
    signal(SIGPIPE, SIG_IGN);
    allow_many_files();
    if (settings.mode == MODE_TLS)
        settings.tls = tls_context(&settings);
    FILE *output = fopen(settings.output, "we");
    if (!output) {
        fprintf(stderr, "prober: --output %s: %s\n", settings.output, strerror(errno));
        return 2;
    }
    int status = settings.established ? hold_established_connections(&settings, output)
                                      : probe_new_connections(&settings, output);
    if (fclose(output) != 0) {
        fprintf(stderr, "prober: --output %s: %s\n", settings.output, strerror(errno));
        return 1;
    }
    return status;
}
