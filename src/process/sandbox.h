/*
 * The sandbox of the worker. After it has opened the content folder, the worker can read below that
 * folder, use the descriptors that it holds, and start threads. It cannot write to files, open
 * sockets, run programs or gain privileges. Each measure applies if the kernel supports it.
 */
#ifndef PROCESS_SANDBOX_H
#define PROCESS_SANDBOX_H

#include "tree/tree.h"

/*
 * Confines the calling thread and every thread it starts later; call it while no other thread runs.
 * `confinement` reports which measures hold; a measure that the kernel refuses is no error. A build
 * with sanitizers confines nothing, because they need more than the sandbox allows.
 */
void sandbox_enter(int content_fd, struct confinement *confinement);

#endif
