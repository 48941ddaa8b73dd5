#include "tap.h"
#include "peer.h"
#include "base/clock.h"
#include "net/http.h"
static struct ir_ctx ctx; static struct ir_arena arena;
static void cb(void *arg, const struct ir_http_res *r)
{
	printf("# %s: err %d '%s' phase %s status %d v %s body %zu/%ld cut %d hdr %zu redir %d url %s addr %s dns %ld con %ld tls %ld fb %ld tot %ld tlsv %s\n",(char*)arg,r->error,r->message,ir_http_phase_names[r->phase],r->status,r->version?r->version:"-",r->body.len,(long)r->body_bytes,r->body_cut,r->headers.n,r->redirects,r->url,r->address,(long)r->dns_us,(long)r->connect_us,(long)r->tls_us,(long)r->first_byte_us,(long)r->total_us, r->tls_version?r->tls_version:"-");
}
int main(int argc,char**argv)
{
	(void)argc; 
	struct ir_err err = IR_ERR_INIT;
	struct peer p = peer_start(argv[0],"path",NULL,NULL);
	static const char *m[]={"silent","close","reset","banner","garbage","ok/hello","status/503/bad","empty","delay/100","drip/1","drip/500","half","short","chunk","line","head","interim","body","trailer","redirect/302/file:///etc/passwd","loop","echo",NULL};
	static char url[64][200];
	ctx.arena=&arena; ctx.deadline_us=ir_mono_us()+1000000;
	struct ir_loop *l=ir_loop_new(&ctx,&err);
	for(int i=0;m[i];i++){ snprintf(url[i],200,"http://127.0.0.1:%d/%s",p.port,m[i]);
	  struct ir_http_req q={.effect=IR_READ,.url=url[i],.max_body=1000,.max_redirects=3,.timeout_us=500000};
	  int rc=ir_http_send(l,&q,cb,(void*)(uintptr_t)m[i],NULL,&err); if(rc) printf("# %s\n",err.msg);}
	printf("run %d lag %ld\n", ir_loop_run(l,NULL,NULL), (long)ir_loop_lag_us(l));
	ir_loop_free(l); ir_arena_done(&arena);peer_stop(&p);
	return tap_done();
}
