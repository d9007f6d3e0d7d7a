#define FUSE_USE_VERSION 314

#include "fuse/gate.h"

#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdlib.h>
#include <string.h>

/* A call that was put aside. */
struct aside {
    struct call call;
    struct gate *gate;
    bool is_listed;
    struct aside *next;
    char name[];
};

/* The request that this thread answers. */
static _Thread_local fuse_req_t current;
static _Thread_local bool is_tried;
static _Thread_local bool has_given_up; /* it was told that the client left, or not to wait */
static _Thread_local bool is_put_off;

void gate_init(struct gate *gate, struct fuse_session *session, unsigned most)
{
    *gate = (struct gate){.session = session, .most = most, .last = &gate->first};
    pthread_mutex_init(&gate->lock, NULL);
}

void gate_free(struct gate *gate)
{
    struct aside *next;
    for (struct aside *aside = gate->first; aside; aside = next) {
        next = aside->next;
        fuse_reply_none(aside->call.req);
        free(aside);
    }
    pthread_mutex_destroy(&gate->lock);
}

/* --- for who answers -------------------------------------------------------------------------- */

bool gate_must_not_wait(void)
{
    has_given_up |= is_tried;
    return is_tried;
}

bool gate_has_client_left(void)
{
    bool has_left = gate_must_not_wait() || (current && fuse_req_interrupted(current));
    has_given_up |= has_left;
    return has_left;
}

bool gate_gives_up(const struct call *call)
{
    if (!has_given_up)
        return false;
    is_put_off = is_tried;
    if (!is_tried)
        fuse_reply_err(call->req, EINTR);
    return true;
}

/* --- the list, with the lock held ------------------------------------------------------------- */

static void append(struct gate *gate, struct aside *aside)
{
    *gate->last = aside;
    gate->last = &aside->next;
    aside->is_listed = true;
}

static void take_out(struct gate *gate, struct aside *aside)
{
    struct aside **at = &gate->first;
    while (*at != aside)
        at = &(*at)->next;
    *at = aside->next;
    if (!*at)
        gate->last = at;
    aside->is_listed = false;
}

/* --- calls ------------------------------------------------------------------------------------ */

static bool is_let_in(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    bool is_in = gate->inside < gate->most;
    gate->inside += is_in;
    pthread_mutex_unlock(&gate->lock);
    return is_in;
}

/* The first one aside takes the place of a call that was answered; NULL: nobody does. */
static struct aside *next_aside(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    struct aside *aside = fuse_session_exited(gate->session) ? NULL : gate->first;
    if (aside)
        take_out(gate, aside);
    else
        gate->inside--;
    pthread_mutex_unlock(&gate->lock);
    return aside;
}

/* False if the call has to be put aside. */
static bool answer(const struct call *call, bool may_wait)
{
    current = call->req;
    is_tried = !may_wait;
    has_given_up = is_put_off = false;
    call->answer(call);
    current = NULL;
    is_tried = false;
    return !is_put_off;
}

/* Answers a call that was let in, and then those aside. */
static void answer_inside(struct gate *gate, const struct call *call)
{
    struct aside *aside;
    answer(call, true);
    while ((aside = next_aside(gate))) {
        fuse_req_interrupt_func(aside->call.req, NULL, NULL);
        answer(&aside->call, true);
        free(aside);
    }
}

/* A fuse_interrupt_func_t. libfuse holds the request meanwhile. */
static void let_go(fuse_req_t req, void *aside_)
{
    struct aside *aside = aside_;
    struct gate *gate = aside->gate;
    pthread_mutex_lock(&gate->lock);
    bool is_aside = aside->is_listed;
    if (is_aside)
        take_out(gate, aside);
    pthread_mutex_unlock(&gate->lock);
    if (!is_aside)
        return;
    fuse_reply_err(req, EINTR);
    free(aside);
}

static struct aside *new_aside(struct gate *gate, const struct call *call)
{
    size_t name_size = call->name ? strlen(call->name) + 1 : 0;
    struct aside *aside = malloc(sizeof *aside + name_size);
    if (!aside)
        return NULL;
    *aside = (struct aside){.call = *call, .gate = gate};
    if (call->name)
        aside->call.name = memcpy(aside->name, call->name, name_size);
    return aside;
}

/* Who inside has ended meanwhile has not seen it, so it may have to go in by itself. */
static void put_aside(struct gate *gate, const struct call *call)
{
    struct aside *aside = new_aside(gate, call);
    if (!aside) {
        fuse_reply_err(call->req, ENOMEM);
        return;
    }
    fuse_req_interrupt_func(call->req, let_go, aside);
    pthread_mutex_lock(&gate->lock);
    bool has_left = fuse_req_interrupted(call->req);
    bool is_in = !has_left && gate->inside < gate->most;
    gate->inside += is_in;
    if (!has_left && !is_in)
        append(gate, aside);
    pthread_mutex_unlock(&gate->lock);
    if (!has_left && !is_in)
        return; /* and it may be gone by now */
    fuse_req_interrupt_func(call->req, NULL, NULL);
    free(aside);
    if (has_left)
        fuse_reply_err(call->req, EINTR);
    else
        answer_inside(gate, call);
}

void gate_enter(struct gate *gate, const struct call *call)
{
    if (is_let_in(gate))
        answer_inside(gate, call);
    else if (!answer(call, false))
        put_aside(gate, call);
}
