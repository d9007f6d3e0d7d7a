/*
 * Telling the service manager how it goes: the protocol of sd_notify(3), which is a datagram to the
 * socket that NOTIFY_SOCKET names. A dozen lines are less than a library in every process.
 */
#ifndef PROCESS_NOTIFY_H
#define PROCESS_NOTIFY_H

/* Sends "READY=1", say. Does nothing where no service manager asked for it. */
void notify_service_manager(const char *state);

#endif
