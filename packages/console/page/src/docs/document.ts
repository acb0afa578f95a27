// As much of OpenAPI 3.1 as the console writes.

export interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly default?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: Schema
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}

export interface Operation {
  readonly summary: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: Content
  readonly security?: readonly unknown[]
  readonly responses: Readonly<Record<string, Content>>
}

export interface OpenApi {
  readonly info: { readonly title: string; readonly description: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

export function schemaOf(content: Content | undefined): Schema | undefined {
  return content?.content?.['application/json']?.schema
}

/** Of a stream or a file: its type. */
export function mediaOf(content: Content | undefined): string | undefined {
  return Object.keys(content?.content ?? {}).find((type) => type !== 'application/json')
}

/** What a schema allows, in a few words. */
export function typeWords(schema: Schema): string {
  const { type, enum: values, const: only, anyOf, oneOf, format } = schema
  const entry = entryOf(schema)
  if (only !== undefined) return JSON.stringify(only)
  if (values) return values.map((value) => JSON.stringify(value)).join(' | ')
  const choices = anyOf ?? oneOf
  if (choices) return [...new Set(choices.map(typeWords))].join(' | ')
  if (type === 'array') return entry ? `list of ${typeWords(entry)}` : 'list'
  return format === 'date-time' ? 'time' : [type ?? 'any'].flat().join(' | ')
}

/** The parts of a schema that have names: its own, of its entries, or of its choice that is not null. */
export function membersOf(schema: Schema): readonly (readonly [name: string, schema: Schema, isRequired: boolean])[] {
  const { properties, required = [] } = schema
  if (properties) return Object.entries(properties).map(([name, one]) => [name, one, required.includes(name)])
  const entry = entryOf(schema)
  if (entry) return membersOf(entry)
  return choicesOf(schema).flatMap(membersOf)
}

/** Of a schema that allows several shapes: those with parts. */
export function choicesOf(schema: Schema): readonly Schema[] {
  const entry = entryOf(schema)
  if (entry) return choicesOf(entry)
  const { anyOf, oneOf } = schema
  return (anyOf ?? oneOf ?? []).filter((one) => membersOf(one).length > 0)
}

/** Of a list; those of a pair are alike. */
function entryOf({ items, prefixItems }: Schema): Schema | undefined {
  return items ?? prefixItems?.[0]
}
