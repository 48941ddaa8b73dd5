# fish completion for ir-*: asks the command itself, so that nothing is listed twice.

function __ir_complete
    set -l words (commandline -opc)
    set -l cur (commandline -ct)
    set -l plain (string unescape -- $cur 2>/dev/null)
    and set cur $plain
    $words[1] --complete line -- $words[2..-1] "$cur" 2>/dev/null
end

# Installed under each command's name, it speaks for that command alone.
set -l commands ir-ack ir-alerts ir-deploys ir-deps ir-doctor ir-health ir-incident ir-logs ir-show ir-suspect ir-timeline
set -l me (basename (status filename) .fish)
contains -- $me $commands
and set commands $me
for c in $commands
    complete -c $c -k -f -a '(__ir_complete)'
end
