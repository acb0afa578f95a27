/** The forced command of a client: git's two services on bare repositories below `root`, and nothing else. */
export function gitCommandScript(root: string): string {
  return `#!/bin/sh
refuse() {
  echo "$1" >&2
  exit 1
}
case "$SSH_ORIGINAL_COMMAND" in
  "git-upload-pack '"*"'" | "git-receive-pack '"*"'") ;;
  *) refuse 'only git is served here' ;;
esac
service=\${SSH_ORIGINAL_COMMAND%% *}
path=\${SSH_ORIGINAL_COMMAND#* \\'}
path=\${path%\\'}
case "$path" in
  *..* | *\\'*) refuse 'not a path of this server' ;;
esac
[ -d ${quoted(root)}/"\${path#/}" ] || refuse 'repository not found'
exec git "\${service#git-}" ${quoted(root)}/"\${path#/}"
`
}

/** For a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
