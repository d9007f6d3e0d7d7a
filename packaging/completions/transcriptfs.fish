# Completion of transcriptfs(1) for fish.
complete -c transcriptfs -f -a '(__fish_complete_directories)'
complete -c transcriptfs -s f -l foreground -d 'stay in the foreground'
complete -c transcriptfs -s d -l debug -d 'log every request'
complete -c transcriptfs -s s -l single-thread -d 'serve one request at a time'
complete -c transcriptfs -s q -l quiet -d 'print no progress and no summary'
complete -c transcriptfs -s v -l verbose -d 'print a summary and every problem'
complete -c transcriptfs -l check -d 'read all, print its problems, mount nothing'
complete -c transcriptfs -l query -x -d 'print the turns that a query finds'
complete -c transcriptfs -l format -x -a 'quotes turns.jsonl turns.tsv episodes episodes.jsonl episodes.tsv counts.tsv voices.tsv' -d 'print them as'
complete -c transcriptfs -s h -l help -d 'print the options'
complete -c transcriptfs -s V -l version -d 'print the version'

# What may stand where the cursor is: an option behind the last comma, a name behind the last colon of a list.
function __transcriptfs_mount_options
    set -l names
    set -l before
    set -l typed (commandline -ct | string replace -r '^-o' '')
    switch (string match -r '[^,]*$' -- $typed)
        case 'formats=*'
            set names turns original sections voices meta meta.json transcript.txt original.txt quotes.txt turns.jsonl \
                turns.tsv sections.tsv voices.tsv glossary.tsv transcript.html transcript.vtt transcript.srt \
                transcript.json source.md source.vtt source.srt source.json source.tsv source.txt source.info.json \
                source.yaml ref source.sbv
            set before (string replace -r '[^=:]*$' '' -- $typed)
        case 'inputs=*'
            set names md vtt srt sbv json txt tsv
            set before (string replace -r '[^=:]*$' '' -- $typed)
        case '*'
            set names cache_size= index_size= entries=title entries=name formats= inputs= xattr poll= no_ahead threads= \
                allow_other allow_root umask= uid= gid= replace sandbox=off nonempty foreground debug single_thread quiet \
                verbose max_file= max_front= max_yaml_depth= max_yaml_events= max_yaml_keys= max_value= max_views= \
                max_nesting= max_images= max_markdown= max_turns= max_sections=
            set before (string replace -r '[^,]*$' '' -- $typed)
    end
    printf '%s\n' $before$names
end
complete -c transcriptfs -s o -x -d 'mount options' -a '(__transcriptfs_mount_options)'
