# Completion of transcriptfs(1) for bash.

_transcriptfs() {
    local flags="-f -d -s -q -v -o -h -V --foreground --debug --single-thread --quiet --verbose --check --query --format --help --version"
    local options="cache_size= index_size= entries=title entries=name formats= inputs= xattr poll= no_ahead threads= allow_other
        allow_root umask= uid= gid= replace sandbox=off nonempty foreground debug single_thread quiet verbose
        max_file= max_front= max_yaml_depth= max_yaml_events= max_yaml_keys= max_value= max_views= max_nesting=
        max_images= max_markdown= max_turns= max_sections="
    local formats="turns original sections voices meta meta.json transcript.txt original.txt quotes.txt turns.jsonl
        turns.tsv sections.tsv voices.tsv glossary.tsv transcript.html transcript.vtt transcript.srt transcript.json
        source.md source.vtt source.srt source.json source.tsv source.txt source.info.json source.yaml ref source.sbv"
    local outputs="quotes turns.jsonl turns.tsv episodes episodes.jsonl episodes.tsv counts.tsv voices.tsv"
    local line=${COMP_LINE:0:COMP_POINT} word part words
    word=${line##*[[:space:]]}
    COMPREPLY=()
    if [[ $line =~ [[:space:]]--format(=|[[:space:]]+)[^[:space:]]*$ ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$outputs" -- "${word#--format=}")
        return
    fi
    if [[ ! $line =~ [[:space:]]-o[[:space:]]*[^[:space:]]*$ ]]; then
        if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
        else
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
        fi
        return
    fi
    part=${word#-o}
    part=${part##*,}
    case $part in
    formats=*) words=$formats part=${part##*[=:]} ;;
    inputs=*) words="md vtt srt sbv json txt tsv" part=${part##*[=:]} ;;
    *) words=$options ;;
    esac
    # bash has parted the line at = and :, and wants no more than what stands behind the last of them.
    local before=${word%"$part"}
    before=${before##*[=:]}
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$words" -- "$part")
    [[ $part == *=* ]] && COMPREPLY=("${COMPREPLY[@]#*=}")
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
}
complete -F _transcriptfs transcriptfs
