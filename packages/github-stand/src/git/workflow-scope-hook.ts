/** Variables of the hook's environment; a push by path has none of them and is let through. */
export const HOOK_WORKFLOWS = 'GITHUB_STAND_WORKFLOWS'
export const HOOK_CREDENTIAL = 'GITHUB_STAND_CREDENTIAL'
export const HOOK_NEEDED = 'GITHUB_STAND_NEEDED'

/** Refuses commits that touch workflow files when the credential lacks the right to, in GitHub's words. */
export const WORKFLOW_SCOPE_HOOK = `#!/bin/sh
[ "\${${HOOK_WORKFLOWS}:-allowed}" = allowed ] && exit 0
status=0
while read -r old new ref; do
  case "$new" in *[!0]*) ;; *) continue ;; esac
  file=$(git log --format= --name-only --diff-merges=first-parent "$new" --not --all -- .github/workflows | head -n 1)
  [ -z "$file" ] && continue
  printf 'refusing to allow %s to create or update workflow \`%s\` without %s\\n' \\
    "$${HOOK_CREDENTIAL}" "$file" "$${HOOK_NEEDED}" >&2
  status=1
done
exit $status
`
