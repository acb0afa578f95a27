import type { data } from '@actions/expressions'
import type { FunctionDefinition } from '@actions/expressions/funcs/info'
import type { ActionsLibraries } from './libraries.js'

/** What an expression can see: plain values by context name. */
export type Contexts = Readonly<Record<string, unknown>>

/** What the status functions answer. */
export interface Status {
  readonly hasFailed: boolean
  readonly isCancelled: boolean
}

type Value = data.ExpressionData

/** Evaluates GitHub's expressions with GitHub's evaluator. */
export class ExpressionEvaluator {
  readonly #libraries: ActionsLibraries

  constructor(libraries: ActionsLibraries) {
    this.#libraries = libraries
  }

  /** The truth of a condition, written without `${{ }}`. */
  isTrue(expression: string, contexts: Contexts, status: Status): boolean {
    return this.#libraries.results.truthy(this.#evaluate(expression, contexts, status))
  }

  /** As text, in which form values reach commands: nothing becomes the empty text. */
  text(expression: string, contexts: Contexts, status: Status): string {
    return this.#evaluate(expression, contexts, status).coerceString()
  }

  #evaluate(expression: string, contexts: Contexts, status: Status): Value {
    const { Lexer, Parser, Evaluator } = this.#libraries.expressions
    const functions = this.#statusFunctions(status)
    const { tokens } = new Lexer(expression).lex()
    const tree = new Parser(tokens, Object.keys(contexts), [...functions.values()]).parse()
    return new Evaluator(tree, this.#dictionary(contexts), functions).evaluate()
  }

  #statusFunctions({ hasFailed, isCancelled }: Status): Map<string, FunctionDefinition> {
    const values = { success: !hasFailed && !isCancelled, failure: hasFailed, cancelled: isCancelled, always: true }
    const { BooleanData } = this.#libraries.expressions.data
    return new Map(
      Object.entries(values).map(([name, value]) => [
        name,
        { name, minArgs: 0, maxArgs: 0, call: () => new BooleanData(value) },
      ]),
    )
  }

  #dictionary(record: object): data.Dictionary {
    const { Dictionary } = this.#libraries.expressions.data
    return new Dictionary(...Object.entries(record).map(([key, value]) => ({ key, value: this.#value(value) })))
  }

  #value(value: unknown): Value {
    const { StringData, NumberData, BooleanData, Null } = this.#libraries.expressions.data
    if (typeof value === 'string') return new StringData(value)
    if (typeof value === 'number') return new NumberData(value)
    if (typeof value === 'boolean') return new BooleanData(value)
    return typeof value === 'object' && value !== null ? this.#dictionary(value) : new Null()
  }
}
