# Walk a record against a JSON Schema of the shape that ir-show --schema prints; prints what does not fit, nothing when all does.
def type_fits($t): if type == "number" then ($t == "number" or ($t == "integer" and floor == .)) else type == $t end;
def types: if type == "array" then . elif . == null then [] else [.] end;
def misfit($s; $path):
	. as $v
	| (($s.type | types) as $ts | if ($ts | length) > 0 and ([$ts[] | . as $t | $v | type_fits($t)] | any | not)
		then "\($path): \($v | tojson) is not \($ts | join(" or "))" else empty end),
	  (if $s | has("const") and .const != $v then "\($path): \($v | tojson) is not \($s.const | tojson)" else empty end),
	  (if ($s.enum | type) == "array" and ($s.enum | index([$v]) == null) and ([$s.enum[] == $v] | any | not)
		then "\($path): \($v | tojson) is not one of \($s.enum | tojson)" else empty end),
	  (if ($s.pattern | type) == "string" and ($v | type) == "string" and ($v | test($s.pattern) | not)
		then "\($path): \($v | tojson) is not like \($s.pattern)" else empty end),
	  (if ($v | type) == "string" and $s.maxLength != null and ($v | length) > $s.maxLength then "\($path): too long" else empty end),
	  (if ($v | type) == "array" and ($s.items | type) == "object" then ($v | to_entries[] | .key as $i | .value | misfit($s.items; "\($path)[\($i)]")) else empty end),
	  (if ($v | type) == "object" then
		(($s.required // [])[] | select(. as $k | $v | has($k) | not) | "\($path): no \(.)"),
		($v | to_entries[] | .key as $k | select($s.properties[$k] != null) | .value | misfit($s.properties[$k]; "\($path).\($k)"))
	   else empty end);
misfit($schema[0]; .id // .kind)
