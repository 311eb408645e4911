#define _GNU_SOURCE
#include "prober.h"

#include <errno.h>
#include <string.h>

/* Keeps a value in one column of the output file. */
void printable(char *text) {
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            *text = '_';
}

/* "local:" marks what is the prober's own trouble and says nothing about the target. */
void outcome_of_errno(int error, bool closed_when_zero, char *outcome, size_t capacity) {
    const char *word = NULL;
    switch (error) {
    case 0: word = closed_when_zero ? "closed" : "error"; break;
    case ECONNREFUSED: word = "refused"; break;
    case ECONNRESET:
    case EPIPE: word = "reset"; break;
    case ETIMEDOUT: word = "timeout"; break;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN: word = "unreachable"; break;
    default: break;
    }
    if (word) {
        snprintf(outcome, capacity, "%s", word);
        return;
    }
    const char *name = strerrorname_np(error);
    snprintf(outcome, capacity, "local:%s", name ? name : "unknown");
}
