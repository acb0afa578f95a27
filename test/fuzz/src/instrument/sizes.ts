import { childrenOf, type Node } from './nodes.js'

const ARRAYS = new Set(['Array', 'ArrayBuffer', 'SharedArrayBuffer'])
const TYPED = /^(?:Big)?(?:Ui|I)nt(?:8|16|32|64)(?:Clamped)?Array$|^Float(?:16|32|64)Array$/
const CALLS_BY_SIZE = new Set(['alloc', 'allocUnsafe', 'allocUnsafeSlow', 'repeat', 'padStart', 'padEnd'])

export interface Sized {
  readonly argument: Node
  /** Of one item. Bytes. */
  readonly width: number
}

/** What says how much memory is asked for: `new Uint8Array(n)`, `Array.from({ length: n })`, and their like. */
export function sizedBy(node: Node): Sized | undefined {
  const argument = sizedArgument(node)
  const name = (node.type === 'NewExpression' ? node.callee?.name : node.callee?.object?.name) ?? ''
  return argument && { argument, width: widthOf(name) }
}

/** A slot of an array is a word at least. */
function widthOf(name: string): number {
  if (name === 'Array') return 8
  const bits = TYPED.test(name) ? Number(/8|16|32|64/.exec(name)?.[0] ?? 8) : 8
  return bits / 8
}

function sizedArgument(node: Node): Node | undefined {
  const [first, second] = node.arguments ?? []
  const name = node.callee?.property?.name ?? ''
  const owner = node.callee?.object?.name ?? ''
  const argument =
    node.type === 'NewExpression' ? isArray(node.callee?.name) && first : called(name, owner, first, second)
  return argument && argument.type !== 'SpreadElement' ? argument : undefined
}

function called(name: string, owner: string, first: Node | undefined, second: Node | undefined): Node | undefined {
  if (CALLS_BY_SIZE.has(name)) return first
  if (name === 'from' && isArray(owner)) return first && lengthOf(first) ? first : undefined
  return name === 'concat' && owner === 'Buffer' ? second : undefined
}

function isArray(name = ''): boolean {
  return ARRAYS.has(name) || TYPED.test(name)
}

export interface Length {
  readonly property: Node
  readonly value: Node
  /** `{ length }` instead of `{ length: n }`. */
  readonly isShort: boolean
}

/** Of an object literal that names one. */
export function lengthOf(node: Node): Length | undefined {
  if (node.type !== 'ObjectExpression') return undefined
  const property = childrenOf(node).find((child) => child.type === 'Property' && (child.key as Node).name === 'length')
  if (!property || property.computed === true || property.method === true) return undefined
  return { property, value: property.value as Node, isShort: property.shorthand === true }
}
