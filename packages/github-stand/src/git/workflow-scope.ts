import { extname, join } from 'node:path'

/** What the hook is told; see `proc-receive.ts`, which runs as a process of its own. */
export const HOOK_CREDENTIAL = 'GITHUB_STAND_CREDENTIAL'
export const HOOK_NEEDED = 'GITHUB_STAND_NEEDED'

/** Who pushes without the right to touch workflow files, and which right that would be, in GitHub's words. */
export interface LackOfWorkflowScope {
  readonly credential: string
  readonly needed: string
}

/**
 * Hook `proc-receive` of the repositories: of all hooks the only one whose words git hands on per ref, as GitHub does:
 * `! [remote rejected] main -> main (refusing to allow …)`. It is asked only when {@link workflowScopeEnvironment} says so.
 */
export const WORKFLOW_SCOPE_HOOK = `#!/bin/sh
exec ${quoted(process.execPath)} ${quoted(join(import.meta.dirname, `proc-receive${extname(import.meta.filename)}`))}
`

/** For the receiving git of a push by one who lacks the right. */
export function workflowScopeEnvironment({ credential, needed }: LackOfWorkflowScope): Record<string, string> {
  return {
    ...{ [HOOK_CREDENTIAL]: credential, [HOOK_NEEDED]: needed },
    ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'receive.procReceiveRefs', GIT_CONFIG_VALUE_0: 'refs' },
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
