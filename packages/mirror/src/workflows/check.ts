import type { Manifest } from '../contracts/config.js'
import { unguardedJobs } from './guarded.js'
import { parseWorkflow } from './parse.js'

export interface WorkflowFinding {
  readonly code:
    | 'WORKFLOW_UNREADABLE'
    | 'WORKFLOW_UNGUARDED'
    | 'WORKFLOW_UNKNOWN'
    | 'WORKFLOW_MISSING'
    | 'SECRET_UNLISTED'
  readonly file: string
  readonly message: string
  readonly remedy: string
}

export interface WorkflowSource {
  /** Name without folder. */
  readonly file: string
  readonly text: string
}

const SENTINEL = 'sentinel.yml'

/** What stands between this repository and a safe promotion, file by file. Spec repository-mirror 3.3 and 8.3. */
export function checkWorkflows(sources: readonly WorkflowSource[], manifest: Manifest): WorkflowFinding[] {
  const present = new Set(sources.map(({ file }) => file))
  const missing = manifest.workflows.filter(({ file }) => !present.has(file)).map(({ file }) => missingFinding(file))
  return [...sources.flatMap((source) => checkOne(source, manifest)), ...missing]
}

function checkOne({ file, text }: WorkflowSource, manifest: Manifest): WorkflowFinding[] {
  const roles = manifest.workflows.find((entry) => entry.file === file)
  const unknown = roles === undefined ? [unknownFinding(file)] : []
  if (file === SENTINEL || (roles?.replica ?? false)) return unknown
  const workflow = parseWorkflow(text)
  if (workflow === null) return [...unknown, unreadableFinding(file)]
  const unguarded = unguardedJobs(workflow).map(({ job, why }) => unguardedFinding(file, job, why))
  return [...unknown, ...unguarded, ...unlistedSecrets(file, text, manifest)]
}

/** A forgotten decryption key makes a promoted replica useless. */
function unlistedSecrets(file: string, text: string, { secrets, notCopied }: Manifest): WorkflowFinding[] {
  const known = new Set([...secrets.map(({ name }) => name), ...notCopied].map((name) => name.toUpperCase()))
  const own = (name: string) => name.startsWith('GITHUB_') || /^MIRROR_|^MASTER_TOKEN$/.test(name)
  const used = [...text.matchAll(/\bsecrets\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*'([A-Za-z_]\w*)'\s*\])/g)]
  const names = new Set(used.map(([, dotted, quoted]) => (dotted ?? quoted ?? '').toUpperCase()))
  return [...names].filter((name) => !known.has(name) && !own(name)).map((name) => unlistedFinding(file, name))
}

function missingFinding(file: string): WorkflowFinding {
  const message = `${file} stands in the manifest but not in .github/workflows`
  return { code: 'WORKFLOW_MISSING', file, message, remedy: 'add the file or take it out of the manifest' }
}

function unknownFinding(file: string): WorkflowFinding {
  const message = `${file} has no roles in the manifest: nothing enables or disables it`
  return { code: 'WORKFLOW_UNKNOWN', file, message, remedy: 'add it to `workflows` of the manifest' }
}

function unreadableFinding(file: string): WorkflowFinding {
  const message = `${file} cannot be read as a workflow`
  return { code: 'WORKFLOW_UNREADABLE', file, message, remedy: 'mend its YAML; until then it counts as unguarded' }
}

function unguardedFinding(file: string, job: string, why: string): WorkflowFinding {
  const message = `job ${job} of ${file} can act without leave: ${why}`
  const remedy = 'give it the role condition as `if` and the guard as first step after the checkout'
  return { code: 'WORKFLOW_UNGUARDED', file, message, remedy }
}

function unlistedFinding(file: string, name: string): WorkflowFinding {
  const message = `${file} uses the secret ${name}, which the manifest neither copies nor excludes`
  return {
    code: 'SECRET_UNLISTED',
    file,
    message,
    remedy: `list ${name} in \`secrets\` or \`notCopied\` of the manifest`,
  }
}
