/*
 * curl - libcurl, loaded when it is first needed
 *
 * Loading it costs a hundred times what a check costs. Only lib/net includes this. Options are the library's: long, pointer, function or curl_off_t.
 */
#ifndef IR_NET_CURL_H
#define IR_NET_CURL_H

#include <curl/curl.h>

#include "base/err.h"

struct ir_curl {
	void *lib;
	CURLcode (*global_init)(long);
	CURL *(*easy_init)(void);
	void (*easy_cleanup)(CURL *);
	CURLcode (*easy_perform)(CURL *);
	CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
	CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
	const char *(*easy_strerror)(CURLcode);
	CURLcode (*easy_send)(CURL *, const void *, size_t, size_t *);
	CURLcode (*easy_recv)(CURL *, void *, size_t, size_t *);
	CURLM *(*multi_init)(void);
	CURLMcode (*multi_cleanup)(CURLM *);
	CURLMcode (*multi_setopt)(CURLM *, CURLMoption, ...);
	CURLMcode (*multi_add_handle)(CURLM *, CURL *);
	CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
	CURLMcode (*multi_perform)(CURLM *, int *);
	CURLMcode (*multi_poll)(CURLM *, struct curl_waitfd *, unsigned, int, int *);
	CURLMcode (*multi_timeout)(CURLM *, long *);
	CURLMsg *(*multi_info_read)(CURLM *, int *);
	struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
	void (*slist_free_all)(struct curl_slist *);
	CURLU *(*url)(void);
	void (*url_cleanup)(CURLU *);
	CURLUcode (*url_set)(CURLU *, CURLUPart, const char *, unsigned);
	CURLUcode (*url_get)(const CURLU *, CURLUPart, char **, unsigned);
	void (*free)(void *);
	time_t (*getdate)(const char *, const time_t *);
	/* Of the libraries below it, when it was built with them; else NULL. */
	const char *(*ssl_get_version)(const void *ssl);				/* OpenSSL */
	int (*idn_lookup)(const unsigned char *name, unsigned char **ret, int flags);	/* libidn2; libcurl's own way depends on the locale */
};

/* Load and initialise it. IR_BACKEND when it cannot be had. It is never unloaded. */
int ir_curl_load(struct ir_curl *, struct ir_err *);

#endif
