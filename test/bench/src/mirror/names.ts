// Names of rows: what is measured makes them, what reads a report looks for them.

export const HOOK_CALL = 'our hook, called as a library'
export const HOOK_COMMAND = 'our hook, as a command'
export const MIRROR_PUSH = 'git push --mirror of one commit'
export const OUR_SYNC = 'our sync with nothing to do'
export const MIRROR_NOOP = 'git push --mirror with nothing to do'
export const OUR_FIRST = 'our first push'
export const PLAIN_FIRST = 'git push of all branches'
