import { type AnyNode, parse } from 'acorn'
import { childrenOf, type Node } from './nodes.js'
import { type Length, lengthOf, sizedBy } from './sizes.js'

export interface Instrumented {
  readonly source: string
  readonly probes: number
  /** Strings and numbers that the module names: words of its language. */
  readonly words: readonly (string | number)[]
}

interface Insertion {
  readonly at: number
  readonly text: string
}

/** Puts a counter into each branch, a look at each comparison and a scale before each allocation by size. */
export function instrument(source: string, firstProbe: number): Instrumented {
  const visitor = new Visitor(firstProbe)
  visitor.visit(parse(source, { ecmaVersion: 'latest', sourceType: 'module' }) as unknown as Node)
  return { source: applied(source, visitor.insertions), probes: visitor.probe - firstProbe, words: [...visitor.words] }
}

/** Those of one place keep their order; what closes a node was noted after what is inside it. */
function applied(source: string, insertions: readonly Insertion[]): string {
  const sorted = insertions.map((insertion, order) => ({ ...insertion, order }))
  sorted.sort((a, b) => a.at - b.at || a.order - b.order)
  let [out, from] = ['', 0]
  for (const { at, text } of sorted) {
    out += source.slice(from, at) + text
    from = at
  }
  return out + source.slice(from)
}

/** Words that long are texts for people. */
const MAX_WORD_CHARACTERS = 48

class Visitor {
  readonly insertions: Insertion[] = []
  readonly words = new Set<string | number>()
  constructor(public probe: number) {}

  visit(node: Node): void {
    const rule = this.#rules[node.type as AnyNode['type']]
    if (rule) rule(node)
    else this.#inside(node)
  }

  #inside(node: Node): void {
    for (const child of childrenOf(node)) this.visit(child)
  }

  #insert(at: number, text: string): void {
    this.insertions.push({ at, text })
  }

  #count(): string {
    return `__fuzzHit(${this.probe++})`
  }

  /** `{ … }` gets a counter at its beginning; any other statement gets braces. */
  #statement(node: Node | null | undefined): void {
    if (!node) return
    if (node.type === 'BlockStatement') {
      this.#insert(node.start + 1, `${this.#count()};`)
      this.#inside(node)
      return
    }
    this.#insert(node.start, `{${this.#count()};`)
    this.visit(node)
    this.#insert(node.end, '}')
  }

  #expression(node: Node): void {
    this.#insert(node.start, `(${this.#count()},(`)
    this.visit(node)
    this.#insert(node.end, '))')
  }

  #function(node: Node): void {
    for (const parameter of node.params ?? []) this.visit(parameter)
    const body = node.body as Node
    if (body.type === 'BlockStatement') this.#statement(body)
    else this.#expression(body)
  }

  readonly #rules: Partial<Record<AnyNode['type'], (node: Node) => void>> = {
    FunctionDeclaration: (node) => this.#function(node),
    FunctionExpression: (node) => this.#function(node),
    ArrowFunctionExpression: (node) => this.#function(node),
    IfStatement: (node) => {
      this.visit(node.test as Node)
      this.#statement(node.consequent as Node)
      this.#statement(node.alternate as Node | null)
    },
    ForStatement: (node) => this.#loop(node, [node.init, node.test, node.update]),
    ForOfStatement: (node) => this.#loop(node, [node.right]),
    ForInStatement: (node) => this.#loop(node, [node.right]),
    WhileStatement: (node) => this.#loop(node, [node.test]),
    DoWhileStatement: (node) => this.#loop(node, [node.test]),
    ConditionalExpression: (node) => {
      this.visit(node.test as Node)
      this.#expression(node.consequent as Node)
      this.#expression(node.alternate as Node)
    },
    LogicalExpression: (node) => {
      this.visit(node.left as Node)
      this.#expression(node.right as Node)
    },
    SwitchCase: (node) => {
      const [first] = node.consequent as unknown as Node[]
      if (first) this.#insert(first.start, `${this.#count()};`)
      this.#inside(node)
    },
    CatchClause: (node) => this.#statement(node.body as Node),
    BinaryExpression: (node) => this.#binary(node),
    NewExpression: (node) => this.#sized(node),
    CallExpression: (node) => this.#sized(node),
    Literal: (node) => this.#word(node.value),
    ImportDeclaration: () => {},
    ExportAllDeclaration: () => {},
    ExportNamedDeclaration: (node) => {
      if (node.declaration) this.visit(node.declaration as Node)
    },
  }

  #loop(node: Node, heads: readonly unknown[]): void {
    for (const head of heads) if (head) this.visit(head as Node)
    this.#statement(node.body as Node)
  }

  #binary(node: Node): void {
    const [left, right] = [node.left as Node, node.right as Node]
    if (!COMPARISONS.has(node.operator ?? '') || !isValue(left) || !isValue(right)) return this.#inside(node)
    this.#call('__fuzzLeft', left)
    this.#call('__fuzzRight', right)
  }

  /** In brackets of its own: `(a, b)` is one value and must not become two. */
  #call(name: string, argument: Node, more = ''): void {
    this.#insert(argument.start, `${name}((`)
    this.visit(argument)
    this.#insert(argument.end, `)${more})`)
  }

  #sized(node: Node): void {
    if (node.callee) this.visit(node.callee)
    const sized = sizedBy(node)
    for (const argument of node.arguments ?? []) {
      const length = lengthOf(argument)
      if (argument !== sized?.argument) this.visit(argument)
      else if (length) this.#length(argument, length, sized.width)
      else this.#call('__fuzzSize', argument, `,${sized.width}`)
    }
  }

  /** `{ length: n }`, and `{ length }`, of which the name must stay a name. */
  #length(holder: Node, { property, value, isShort }: Length, width: number): void {
    for (const child of childrenOf(holder)) if (child !== property) this.visit(child)
    if (isShort) this.#insert(value.start, 'length:')
    this.#call('__fuzzSize', value, `,${width}`)
  }

  #word(value: unknown): void {
    if (typeof value === 'number' && value > 1) this.words.add(value)
    if (typeof value === 'string' && value.length > 0 && value.length <= MAX_WORD_CHARACTERS) this.words.add(value)
  }
}

const COMPARISONS = new Set(['===', '!==', '<', '>', '<=', '>='])

/** Worth a look: not `typeof x`, `undefined`, `null`, `true`. */
function isValue(node: Node): boolean {
  if (node.type === 'UnaryExpression') return false
  if (node.type === 'Identifier') return node.name !== 'undefined'
  return node.type !== 'Literal' || typeof node.value === 'number' || typeof node.value === 'string'
}
