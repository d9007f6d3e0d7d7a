/*
 * Notifications for the service manager, by the protocol of sd_notify(3): a datagram to the socket
 * that NOTIFY_SOCKET names. A dozen lines replace libsystemd.
 */
#ifndef PROCESS_NOTIFY_H
#define PROCESS_NOTIFY_H

/* Sends a state such as "READY=1". Does nothing if NOTIFY_SOCKET is not set. */
void notify_service_manager(const char *state);

#endif
