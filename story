{"kind":"start","run":"run-aaaaaaa1","source":"ir-alerts","time":"2026-02-01T02:01:00Z","env":"prod","args":[],"user":"ana","host":"ops1"}
{"kind":"alert","time":"2026-02-01T01:58:00Z","env":"prod","service":"web","summary":"ErrorRate of web","subject":"alert:ErrorRate","pager":"main","alert":"f1","run":"run-aaaaaaa1","status":"fail","state":"firing"}
{"kind":"end","run":"run-aaaaaaa1","source":"x","time":"2026-02-01T02:01:01Z","env":"prod","complete":true,"exit":0}
{"kind":"start","run":"run-aaaaaaa2","source":"ir-incident","time":"2026-02-01T02:02:00Z","env":"prod","args":[],"user":"ana","host":"ops1"}
{"kind":"incident","time":"2026-02-01T01:58:00Z","env":"prod","subject":"incident:x","title":"Checkout fails","summary":"Checkout fails","run":"run-aaaaaaa2","status":"fail","state":"open","began":"2026-02-01T01:58:00Z","opened":"2026-02-01T02:02:00Z","alerts":[""],"event":"opened","who":"ana"}
{"kind":"end","run":"run-aaaaaaa2","source":"x","time":"2026-02-01T02:02:01Z","env":"prod","complete":true,"exit":0}
{"kind":"start","run":"run-aaaaaaa3","source":"ir-deploys","time":"2026-02-01T02:03:00Z","env":"prod","args":[],"user":"ana","host":"ops1"}
{"kind":"deploy","run":"run-aaaaaaa3","time":"2026-02-01T01:50:00Z","env":"prod","service":"web","status":"ok","subject":"deploy:web","summary":"web 2 after 1","rollout":"2"}
{"kind":"commit","run":"run-aaaaaaa3","time":"2026-01-25T01:50:00Z","env":"prod","status":"ok","subject":"commit:abc","summary":"of last week","revision":"abc"}
{"kind":"end","run":"run-aaaaaaa3","source":"x","time":"2026-02-01T02:03:01Z","env":"prod","complete":true,"exit":0}
{"kind":"start","run":"run-aaaaaaa4","source":"ir-ack","time":"2026-02-01T02:04:00Z","env":"prod","args":[],"user":"ana","host":"ops1"}
{"kind":"action","run":"run-aaaaaaa4","time":"2026-02-01T02:04:00Z","env":"prod","status":"planned","summary":"ack ErrorRate","plan":"pln-1","step":1,"who":"ana"}
{"kind":"action","run":"run-aaaaaaa4","time":"2026-02-01T02:04:01Z","env":"prod","status":"done","summary":"ack ErrorRate","plan":"pln-1","step":1,"who":"ana"}
{"kind":"alert","time":"2026-02-01T01:58:00Z","env":"prod","service":"web","summary":"ErrorRate of web","subject":"alert:ErrorRate","pager":"main","alert":"f1","run":"run-aaaaaaa4","status":"warn","state":"acked","acked_by":"ana","acked_at":"2026-02-01T02:04:01Z"}
{"kind":"end","run":"run-aaaaaaa4","source":"x","time":"2026-02-01T02:04:01Z","env":"prod","complete":true,"exit":0}
{"kind":"start","run":"run-aaaaaaa5","source":"ir-rollback","time":"2026-02-01T02:05:00Z","env":"prod","args":[],"user":"ana","host":"ops1"}
{"kind":"action","run":"run-aaaaaaa5","time":"2026-02-01T02:05:30Z","env":"prod","status":"planned","summary":"roll back web","plan":"pln-2","step":1,"who":"ana"}
{"kind":"start","run":"run-aaaaaaa6","source":"ir-incident","time":"2026-02-01T02:11:00Z","env":"prod","args":[],"user":"ana","host":"ops1"}
{"kind":"note","run":"run-aaaaaaa6","time":"2026-02-01T02:08:00Z","env":"prod","status":"ok","summary":"the cache was cold: token hunter2","text":"the cache was cold: token hunter2","who":"ben","written":"2026-02-01T02:11:00Z"}
{"kind":"end","run":"run-aaaaaaa6","source":"x","time":"2026-02-01T02:11:01Z","env":"prod","complete":true,"exit":0}
