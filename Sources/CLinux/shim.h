#pragma once
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

// Declared here because glibc shows them only under _GNU_SOURCE, with which types such as fd_set would differ from those
// in Swift's own glibc module.
extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
#ifndef O_TMPFILE
#define O_TMPFILE (020000000 | O_DIRECTORY)
#endif

// Constants that C spells as enums or composed macros, which Swift would import awkwardly or not at all.
static const int linux_stream_socket = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
static const int linux_send_flags = MSG_NOSIGNAL | MSG_DONTWAIT;
static const int linux_send_more_flags = MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE;
static const int linux_anonymous_file = O_TMPFILE | O_RDWR | O_CLOEXEC;
static const uint32_t linux_epoll_connection = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
static const uint32_t linux_epoll_listener = EPOLLIN;
static const uint32_t linux_epoll_readable = EPOLLIN | EPOLLRDHUP;
static const uint32_t linux_epoll_finished = EPOLLRDHUP;
static const uint32_t linux_epoll_broken = EPOLLERR | EPOLLHUP;

/// Sends two pieces with one system call. MSG_NOSIGNAL: a vanished client is an error, never a signal.
static inline ssize_t linux_send_pair(int socket, const void *first, size_t first_count,
                                      const void *second, size_t second_count) {
    struct iovec pieces[2] = {
        {.iov_base = (void *)first, .iov_len = first_count},
        {.iov_base = (void *)second, .iov_len = second_count},
    };
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    return sendmsg(socket, &message, linux_send_flags);
}

/// accept4 for a non-blocking socket that no child process inherits.
static inline int linux_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/// Bytes of a stream socket that its peer has not acknowledged; 0 where the system does not know.
static inline int linux_unsent(int socket) {
    int count = 0;
    return ioctl(socket, TIOCOUTQ, &count) == 0 ? count : 0;
}
