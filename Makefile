# ir - a toolkit for incident response.  `make help` tells the targets.
PREFIX  ?= /usr/local
CC      ?= cc
CFLAGS  ?= -O2 -g
FLAVOUR ?= plain
DEPS    ?= yes
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif

# A flavour is a compiler and flags, and has its own tree build/FLAVOUR. Any of them can be built by any run of make.
FLAVOURS := plain asan fuzz clang
cc.plain = $(CC)
cc.asan  = $(CC)
cc.fuzz  = clang
cc.clang = $(if $(shell command -v clang),clang,$(CC))
san      = address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
add.plain = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
add.asan  = -fsanitize=$(san)
add.fuzz  = -fsanitize=fuzzer-no-link,$(san)
add.clang = $(add.plain)

CMD   := $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
LIB   := $(patsubst %.c,%.o,$(wildcard lib/*/*.c))
UNIT  := $(patsubst tests/unit/%.c,unit/%,$(wildcard tests/unit/*.c))
FUZZ  := $(patsubst tests/fuzz/%.c,fuzz/%,$(wildcard tests/fuzz/*.c))
TOOL  := $(patsubst tests/tools/%.c,tools/%,$(filter-out %/box.c,$(wildcard tests/tools/*.c)))
BENCH := $(patsubst tests/bench/%.c,bench/%,$(wildcard tests/bench/*.c))
MAN   := $(wildcard man/*.1 man/*.5 man/*.7)
ALL   := $(CMD:%=bin/%)
EVERY := $(ALL) $(UNIT) $(TOOL)

override CPPFLAGS += -Ilib -D_GNU_SOURCE -include base/banned.h
override CFLAGS   += -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wmissing-prototypes -Wstrict-prototypes \
                     -Wformat=2 -Werror -fPIE -fstack-protector-strong -MMD -MP
override LDFLAGS  += -pie -Wl,-z,relro,-z,now,--as-needed
# V=1 shows whole commands.
Q = $(if $(V),,@echo '  $@';)
LDLIBS := -ljansson -lnettle -linih -lyaml -lexpat -lz -lzstd -lpthread -lm -ldl

all: $(ALL:%=build/$(FLAVOUR)/%)
unit: $(UNIT:%=build/$(FLAVOUR)/%)
tools: $(TOOL:%=build/$(FLAVOUR)/%) build/box
bench-tools: $(BENCH:%=build/plain/%)

# $(call flavour,NAME,MORE FLAGS OF A LINK): the rules of one tree.
define flavour
build/$1/libir.a: $(LIB:%=build/$1/%)
	@rm -f $$@; $$(AR) rcs $$@ $$^
build/$1/bin/%: build/$1/cmd/%.o build/$1/libir.a
	@mkdir -p $$(@D)
	$$(Q)$$(cc.$1) $$(CFLAGS) $$(add.$1) $$(LDFLAGS) $$^ $$(LDLIBS) -o $$@
$(foreach kind,unit tools bench fuzz,$(call program,$1,$(kind)))
build/$1/%.o: %.c | deps
	@mkdir -p $$(@D)
	$$(Q)$$(cc.$1) $$(CPPFLAGS) $$(CFLAGS) $$(add.$1) -c $$< -o $$@
endef
define program
build/$1/$2/%: build/$1/tests/$2/%.o build/$1/libir.a
	@mkdir -p $$(@D)
	$$(Q)$$(cc.$1) $$(CFLAGS) $$(add.$1) $$(link.$2) $$(LDFLAGS) $$^ $$(LDLIBS) $$(libs.$2) -o $$@

endef
link.fuzz  = -fsanitize=fuzzer
libs.bench = -lcurl
$(foreach f,$(FLAVOURS),$(eval $(call flavour,$f)))

# Emulated vectors are passed by value, which GCC remarks on.
build/%/unit/logs_skeleton_avx512.o: override CFLAGS += -Wno-psabi

build/box: tests/tools/box.c | deps
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -static -include lib/base/banned.h $< -o $@

# Packages: what the goal needs is installed for check, demo, bench and fuzz; a mere build only says what is missing.
goal := $(or $(firstword $(filter check demo bench fuzz fuzz-smoke soak,$(MAKECMDGOALS))),build)
deps:
	@DEPS=$(if $(filter build,$(goal)),no,$(DEPS)) tests/deps.sh $(goal)

check: $(foreach f,plain asan,$(EVERY:%=build/$f/%)) $(EVERY:%=build/clang/%) build/plain/irgen build/box
	@tests/run.sh
demo: $(ALL:%=build/plain/%) $(TOOL:%=build/plain/%) build/box
	@tests/demo.sh
bench: $(ALL:%=build/plain/%) $(TOOL:%=build/plain/%) $(BENCH:%=build/plain/%) build/box
	@tests/bench/run.sh
bench-logs: build/plain/bin/ir-logs
	@tests/bench/accuracy.sh
bench-suspect: build/plain/bench/suspect
	@$<
fuzz-smoke fuzz: $(FUZZ:%=build/fuzz/%)
	@tests/fuzz/run.sh $(if $(filter fuzz,$@),600,10)
soak: $(EVERY:%=build/asan/%) build/box
	@tests/run.sh --soak

gen: $(ALL:%=build/plain/%) build/plain/irgen
	@man/gen.sh build/plain/bin
build/plain/irgen: build/plain/man/irgen.o build/plain/libir.a
	$(Q)$(cc.plain) $(CFLAGS) $(add.plain) $(LDFLAGS) $^ $(LDLIBS) -o $@
format:
	clang-format -i $(wildcard cmd/*.c lib/*/*.c man/*.c tests/*/*.c)

bindir  = $(DESTDIR)$(PREFIX)/bin
mandir  = $(DESTDIR)$(PREFIX)/share/man
bashdir = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zshdir  = $(DESTDIR)$(PREFIX)/share/zsh/$(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)
fishdir = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
install: $(ALL:%=build/plain/%)
	install -d $(bindir) $(bashdir) $(zshdir) $(fishdir) $(sort $(foreach m,$(MAN),$(mandir)/man$(subst .,,$(suffix $m))))
	install -m 755 $(ALL:%=build/plain/%) $(bindir)
	$(foreach m,$(MAN),install -m 644 $m $(mandir)/man$(subst .,,$(suffix $m));)
	install -m 644 completions/ir.bash $(bashdir)/ir
	install -m 644 completions/_ir $(zshdir)/_ir
	install -m 644 completions/ir.fish $(fishdir)/ir.fish
	$(foreach c,$(filter-out ir,$(CMD)),ln -sf ir $(bashdir)/$c; ln -sf ir.fish $(fishdir)/$c.fish;)
uninstall:
	rm -f $(CMD:%=$(bindir)/%) $(CMD:%=$(bashdir)/%) $(bashdir)/ir $(zshdir)/_ir $(CMD:%=$(fishdir)/%.fish) $(fishdir)/ir.fish
	rm -f $(foreach m,$(MAN),$(mandir)/man$(subst .,,$(suffix $m))/$(notdir $m))

clean:
	rm -rf build
help:
	@echo 'all         build the commands into build/plain/bin (FLAVOUR=asan, fuzz, clang: other trees)'
	@echo 'check       install what is missing, build with gcc, clang and sanitizers, run all tests'
	@echo 'demo        real services, some broken in known ways, and what the commands say of them'
	@echo 'bench       measure side by side with curl, xargs, docker; prints the table of the README'
	@echo 'bench-logs  score what ir-logs takes for alike on labelled logs; IR_LOGHUB names their folder'
	@echo 'bench-suspect  score ir-suspect on made-up incidents; build/plain/bench/suspect --failures lists what it misses'
	@echo 'install     below $$(DESTDIR)$$(PREFIX), /usr/local when not given; uninstall takes it away'
	@echo 'fuzz-smoke  ten seconds of every fuzzer; fuzz: ten minutes of each; soak: the tests, over and over'
	@echo 'gen         write the generated parts of man/ and completions/ anew; format: clang-format; clean'
	@echo 'DEPS=no     install nothing, and skip the tests that then cannot run; V=1: show whole commands'

.PHONY: all unit tools bench-tools deps check demo bench bench-logs bench-suspect fuzz-smoke fuzz soak gen format install uninstall clean help
.DELETE_ON_ERROR:
.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
