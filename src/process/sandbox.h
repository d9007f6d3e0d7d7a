/*
 * Confinement: what the process that parses may still do once it has opened the content folder. It
 * can read below that folder, talk over the descriptors that it has, and start threads; it can
 * write to no file, open no socket, run no program, and gain no rights. Each measure is used where
 * the kernel has it.
 */
#ifndef PROCESS_SANDBOX_H
#define PROCESS_SANDBOX_H

#include "tree/tree.h"

/*
 * Confines the calling thread and all that it starts: to be called while there is no other. In a
 * build with sanitizers, which need more than is allowed, nothing is done. What holds from then on
 * is told in `confinement`; an error of the kernel's is a measure that does not hold, and no error.
 */
void sandbox_enter(int content_fd, struct confinement *confinement);

#endif
