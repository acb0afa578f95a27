/** What is used of a syntax node here; the parser's own types name each kind for itself. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [part: string]: unknown
  readonly name?: string
  readonly operator?: string
  readonly callee?: Node & { readonly object?: Node; readonly property?: Node }
  readonly arguments?: readonly Node[]
  readonly params?: readonly Node[]
}

/** In the order of the source. */
export function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flat()
    .filter(isNode)
    .sort((a, b) => a.start - b.start)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}
