# Starts a main class of a module with its run-time class path, from any clone, without `mvn install`.
# Sourced by ./bench, ./demo and ./cachectl. Maven runs only when something changed since the last start.

# launch MODULE MAIN-CLASS [ARGUMENT...]
launch() {
    local module=$1 main=$2
    shift 2
    local root
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
    local list=$root/$module/target/classpath.txt
    if ! is_fresh "$root" "$list"; then
        echo "building $module ..." >&2
        rm -f "$list"
        # Only what is needed to run: the checks belong to `mvn verify`.
        (cd "$root" && mvn -q -B -pl "$module" -am package dependency:build-classpath \
            -Dmaven.test.skip -Dmaven.javadoc.skip -Dmaven.source.skip -Dspotless.check.skip -Denforcer.skip \
            -Dmdep.outputFile=target/classpath.txt -Dmdep.includeScope=runtime) >&2
    fi
    # shellcheck disable=SC2086  # JAVA_OPTS is a list of words
    exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" ${JAVA_OPTS:-} \
        -cp "$root/$module/target/classes:$(cat "$list")" "$main" "$@"
}

# True if the class path was written after the last change of a source or pom, and all of it is still there.
is_fresh() {
    local root=$1 list=$2 part parts
    [[ -s $list ]] || return 1
    # Directories count as well: their time changes when a file is deleted.
    [[ -z $(find "$root" -name target -prune -o -name .git -prune -o \
        \( -path '*/src/main*' -o -name pom.xml \) -newer "$list" -print -quit) ]] || return 1
    IFS=: read -r -a parts <"$list"
    for part in "${parts[@]}"; do
        [[ -e $part ]] || return 1
    done
}
