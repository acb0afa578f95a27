import type { WorkflowTemplate } from '@actions/workflow-parser'
import type { MappingToken, TemplateToken } from '@actions/workflow-parser/templates/tokens/index'
import type { ActionsLibraries } from './libraries.js'

/** A workflow that GitHub would accept; `root` is what the file says, word by word. */
export interface ParsedWorkflow {
  readonly template: WorkflowTemplate
  readonly root: MappingToken
}

export type ParseOutcome = ParsedWorkflow | { readonly errors: readonly string[] }

/** Parses with GitHub's own parser and schema: an unknown key, permission or context is an error here too. */
export async function parseWorkflow(
  path: string,
  content: string,
  { parser }: ActionsLibraries,
): Promise<ParseOutcome> {
  const { context, value } = parser.parseWorkflow({ name: path, content }, new parser.NoOperationTraceWriter())
  const errors = context.errors.getErrors().map(({ message }) => message)
  if (errors.length > 0 || value === undefined || !parser.isMapping(value)) return { errors }
  const template = await parser.convertWorkflowTemplate(context, value)
  const late = (template.errors ?? []).map(({ Message }) => Message)
  return late.length > 0 ? { errors: late } : { template, root: value }
}

/** What stands below nested keys; undefined when one is missing. */
export function at(
  token: TemplateToken | undefined,
  keys: readonly string[],
  { parser }: ActionsLibraries,
): TemplateToken | undefined {
  return keys.reduce<TemplateToken | undefined>(
    (node, key) => (node !== undefined && parser.isMapping(node) ? node.find(key) : undefined),
    token,
  )
}
