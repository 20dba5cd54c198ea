/*
 * Linked into the static archive and nowhere else. capi/stack.c names the C library's function weakly, since its tests
 * are linked without --wrap; but a weak reference fetches nothing out of a static C library, so that a program linked
 * with -static would jump to address 0. This reference is strong, and makes the other strong where both become one.
 */
#include <pthread.h>

int __real_pthread_getattr_np(pthread_t thread, pthread_attr_t *attr);
extern int (*const slm_strong)(pthread_t, pthread_attr_t *);
int (*const slm_strong)(pthread_t, pthread_attr_t *) = __real_pthread_getattr_np;
