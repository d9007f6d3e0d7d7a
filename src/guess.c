#include "guess.h"

#include <stdio.h>
#include <string.h>

/* Levenshtein's distance, of names shorter than 32. */
static unsigned distance(const char *a, size_t a_len, const char *b)
{
    unsigned row[33];
    size_t b_len = strlen(b);

    if (a_len > 32 || b_len > 32)
        return 100;
    for (size_t j = 0; j <= b_len; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a_len; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned change = diagonal + (a[i - 1] != b[j - 1]);
            unsigned insert = row[j - 1] + 1, drop = row[j] + 1;
            diagonal = row[j];
            row[j] = change < insert ? change : insert;
            row[j] = row[j] < drop ? row[j] : drop;
        }
    }
    return row[b_len];
}

void guess_at(struct guess *guess, const char *candidate)
{
    unsigned away = distance(guess->name, guess->len, candidate);
    if (!guess->nearest || away < guess->distance) {
        guess->nearest = candidate;
        guess->distance = away;
    }
}

bool guess_tell(const struct guess *guess, const char *dashes)
{
    fprintf(stderr, "transcriptfs: unknown option \"%s%.*s\"", dashes, (int)guess->len,
            guess->name);
    if (guess->distance <= 4 && guess->distance < guess->len)
        fprintf(stderr, "; did you mean \"%s%s\"?", dashes, guess->nearest);
    fprintf(stderr, "\nTry 'transcriptfs --help'.\n");
    return false;
}
