export type { GitAnswer, GitCall, RemoteGit } from './git-calls.js'
export { type FencePrefix, GitFence } from './git-fence.js'
export { type RefEntry, RefStore } from './ref-store.js'
export { openRemoteGit, type RemoteGitInit } from './remote-git.js'
