import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/index'
import type { Access, Permission, Permissions } from '../state/permissions.js'
import type { ActionsLibraries } from './libraries.js'

/** Of the words in `permissions:` those that the stand has something for. Secrets and variables are no such words. */
const KNOWN: readonly Permission[] = ['contents', 'actions']
/** What a new repository gives a workflow that asks for nothing. */
const DEFAULT: Permissions = { contents: 'read' }

/** What `GITHUB_TOKEN` may do by a `permissions:` of a job or workflow; naming some takes all others away. */
export function tokenPermissions(token: TemplateToken | undefined, { parser }: ActionsLibraries): Permissions {
  if (token === undefined) return DEFAULT
  if (parser.isMapping(token)) {
    const named = KNOWN.map((name) => [name, token.find(name)?.toString()] as const)
    return Object.fromEntries(named.filter(([, access]) => access === 'read' || access === 'write'))
  }
  const access: Access = token.toString() === 'write-all' ? 'write' : 'read'
  return Object.fromEntries(KNOWN.map((name) => [name, access]))
}
