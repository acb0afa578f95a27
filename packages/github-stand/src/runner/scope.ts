import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/index'
import { type Contexts, ExpressionEvaluator, type Status } from './expressions.js'
import type { ActionsLibraries } from './libraries.js'

const CALM: Status = { hasFailed: false, isCancelled: false }

/** Contexts in which the parts of a workflow are evaluated; each step sees more than its job. */
export class Scope {
  readonly #libraries: ActionsLibraries
  readonly #evaluator: ExpressionEvaluator

  constructor(
    libraries: ActionsLibraries,
    readonly contexts: Contexts,
    readonly status: Status = CALM,
  ) {
    this.#libraries = libraries
    this.#evaluator = new ExpressionEvaluator(libraries)
  }

  with(contexts: Contexts, status: Status = this.status): Scope {
    return new Scope(this.#libraries, { ...this.contexts, ...contexts }, status)
  }

  isTrue(expression: string): boolean {
    return this.#evaluator.isTrue(expression, this.contexts, this.status)
  }

  /** A scalar of the file, evaluated when it is an expression. */
  text(token: TemplateToken): string {
    const { parser } = this.#libraries
    if (parser.isBasicExpression(token)) return this.#evaluator.text(token.expression, this.contexts, this.status)
    return parser.isScalar(token) ? token.toString() : ''
  }

  /** `env` or `with` of the file; empty when there is none. */
  record(token: TemplateToken | undefined): Record<string, string> {
    if (token === undefined || !this.#libraries.parser.isMapping(token)) return {}
    return Object.fromEntries([...token].map(({ key, value }) => [key.toString(), this.text(value)]))
  }
}
