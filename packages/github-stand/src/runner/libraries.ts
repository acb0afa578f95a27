import { registerHooks } from 'node:module'

export type Expressions = typeof import('@actions/expressions')
export type Results = typeof import('@actions/expressions/result')
export type WorkflowParser = typeof import('@actions/workflow-parser')

export interface ActionsLibraries {
  readonly expressions: Expressions
  readonly results: Results
  readonly parser: WorkflowParser
}

let loaded: Promise<ActionsLibraries> | undefined

/** GitHub's own parser and evaluator, loaded once and only by those who run workflows. */
export function actionsLibraries(): Promise<ActionsLibraries> {
  loaded ??= load()
  return loaded
}

/** They import JSON without saying so, which Node refuses; the word is put in for them, and for nobody else. */
async function load(): Promise<ActionsLibraries> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context)
      const isTheirs = specifier.endsWith('.min.json') && context.parentURL?.includes('/@actions/')
      return isTheirs ? { ...resolved, importAttributes: { type: 'json' } } : resolved
    },
  })
  try {
    const [expressions, results, parser] = await Promise.all([
      import('@actions/expressions'),
      import('@actions/expressions/result'),
      import('@actions/workflow-parser'),
    ])
    return { expressions, results, parser }
  } finally {
    hooks.deregister()
  }
}
